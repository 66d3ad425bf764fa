// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/thrown.h"

#include <dlfcn.h>
#include <unwind.h>

#include <QFileInfo>
#include <array>

#include "plugins/argument_checks.h"

namespace fos1::host {

namespace {

struct LastThrow {
    void* object = nullptr;
    std::array<std::uintptr_t, 32> frames{};  ///< enough to get from a library that throws to its caller
    std::size_t depth = 0;
};

thread_local LastThrow lastThrow;

_Unwind_Reason_Code noteFrame(_Unwind_Context* context, void* /*unused*/) {
    if (lastThrow.depth == lastThrow.frames.size()) return _URC_END_OF_STACK;
    lastThrow.frames.at(lastThrow.depth++) = _Unwind_GetIP(context);
    return _URC_NO_REASON;
}

}  // namespace

QString textOf(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& e) {
        return QStringLiteral(": ") + shortened(QString::fromLocal8Bit(e.what()));
    } catch (...) {
        return {};
    }
}

QStringList originOf(const std::exception_ptr& exception) {
    // In libstdc++, an exception_ptr is the address of what was thrown.
    static_assert(sizeof(void*) == sizeof exception);
    const void* const object = *reinterpret_cast<void* const*>(&exception);
    QStringList files;
    if (object != lastThrow.object) return files;
    for (std::size_t i = 0; i < lastThrow.depth; ++i) {
        Dl_info info{};
        // A return address may lie behind the last instruction of its function.
        // NOLINTNEXTLINE(performance-no-int-to-ptr): dladdr(3) takes a code address as a pointer
        if (::dladdr(reinterpret_cast<void*>(lastThrow.frames.at(i) - 1), &info) == 0 || !info.dli_fname) continue;
        const QString file = QFileInfo(QString::fromLocal8Bit(info.dli_fname)).canonicalFilePath();
        if (!files.contains(file)) files.append(file);
    }
    return files;
}

}  // namespace fos1::host

/// Takes the place of the function of the C++ runtime that begins a throw (Itanium C++ ABI, 2.4.3), in this program and
/// in all that it loads. When the exception is caught, the stack that tells whose it is has gone.
// NOLINTNEXTLINE(bugprone-reserved-identifier): it has this name
extern "C" [[noreturn]] __attribute__((visibility("default"))) void __cxa_throw(void* object, void* type,
                                                                                void (*destroy)(void*)) {
    using Throw = void (*)(void*, void*, void (*)(void*));
    static const auto next = reinterpret_cast<Throw>(::dlsym(RTLD_NEXT, "__cxa_throw"));
    fos1::host::lastThrow.object = object;
    fos1::host::lastThrow.depth = 0;
    _Unwind_Backtrace(&fos1::host::noteFrame, nullptr);
    next(object, type, destroy);
    std::terminate();
}

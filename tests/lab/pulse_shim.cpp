// SPDX-License-Identifier: GPL-2.0-or-later
// To be preloaded (ld.so(8), LD_PRELOAD): /dev/pps0 is a device with a pulse at each second of this machine's clock.
// The file that PULSES names says how it is: "dead", "double" (another one after 0.4 s), "absent"; otherwise, it is
// well.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

constexpr long kLateNs = 400'000'000;

pps_kparams parameters{PPS_API_VERS, PPS_CAPTUREASSERT | PPS_TSFMT_TSPEC, {}, {}};
pps_kinfo last{};

template <typename Function>
Function* next(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int realOpen(const char* path, int flags, int mode) {
    static auto* const real = next<int(const char*, int, ...)>("open");
    return real(path, flags, mode);
}

bool is(const char* word) {
    const char* path = ::getenv("PULSES");
    const int file = path ? realOpen(path, O_RDONLY | O_CLOEXEC, 0) : -1;
    if (file < 0) return false;
    char text[16] = {};
    const ssize_t length = ::read(file, text, sizeof text - 1);
    ::close(file);
    return length > 0 && std::strncmp(text, word, std::strlen(word)) == 0;
}

int openAny(const char* path, int flags, int mode) {
    if (std::strcmp(path, "/dev/pps0") != 0) return realOpen(path, flags, mode);
    if (is("absent")) {
        errno = ENOENT;
        return -1;
    }
    return realOpen("/dev/null", O_RDWR | O_CLOEXEC, 0);
}

/// A process may have the device open several times. Nobody asks /dev/null for pulses.
bool isOfPulses(int file, unsigned long request) {
    struct stat seen {};
    return _IOC_TYPE(request) == _IOC_TYPE(PPS_FETCH) && ::fstat(file, &seen) == 0 && seen.st_rdev == ::makedev(1, 3);
}

int fetch(pps_fdata* data) {
    if (is("absent")) {
        errno = ENODEV;
        return -1;
    }
    if (!is("dead")) {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        const bool isDouble = is("double");
        const bool isLate = isDouble && now.tv_nsec >= kLateNs;
        last.assert_sequence = static_cast<unsigned>(now.tv_sec) * (isDouble ? 2U : 1U) + (isLate ? 1U : 0U);
        last.assert_tu.sec = now.tv_sec;
        last.assert_tu.nsec = isLate ? kLateNs : 0;
        last.current_mode = parameters.mode;
    }
    data->info = last;
    return 0;
}

}  // namespace

// The names in the headers of the C library are reserved.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int open(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const int mode = va_arg(more, int);
    va_end(more);
    return openAny(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    const int mode = va_arg(more, int);
    va_end(more);
    return openAny(path, flags, mode);
}

int ioctl(int file, unsigned long request, ...) noexcept {
    va_list more;
    va_start(more, request);
    void* const argument = va_arg(more, void*);
    va_end(more);
    static auto* const real = next<int(int, unsigned long, ...)>("ioctl");
    if (!isOfPulses(file, request)) return real(file, request, argument);
    switch (request) {
        case PPS_GETCAP:
            *static_cast<int*>(argument) = PPS_CAPTUREASSERT | PPS_OFFSETASSERT | PPS_TSFMT_TSPEC;
            return 0;
        case PPS_GETPARAMS: std::memcpy(argument, &parameters, sizeof parameters); return 0;
        case PPS_SETPARAMS: std::memcpy(&parameters, argument, sizeof parameters); return 0;
        case PPS_FETCH: return fetch(static_cast<pps_fdata*>(argument));
        default: errno = ENOTTY; return -1;
    }
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

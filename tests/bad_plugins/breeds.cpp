// SPDX-License-Identifier: GPL-2.0-or-later
// Starts processes that leave its session and its process group and lose their parent, as a daemon does. What they do
// is in its configuration.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "bad_plugin.h"

namespace {

[[noreturn]] void sleepForEver() {
    for (;;) ::pause();
}

[[noreturn]] void work(const QByteArray& how) {
    ::prctl(PR_SET_NAME, "fos1-bred");
    volatile unsigned counter = 0;
    if (how == "computes")
        for (;;) counter = counter + 1;
    // Each process lives only until its child runs: a search for them comes too late.
    if (how == "storms")
        for (;;)
            if (::fork() > 0) ::_exit(0);
    if (how == "hoards") {
        constexpr std::size_t kBytes = std::size_t{48} << 20;
        void* memory = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED) std::memset(memory, 1, kBytes);
    }
    sleepForEver();
}

void detach(const QByteArray& how) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        if (::fork() == 0) work(how);
        ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
}

}  // namespace

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        const QByteArray how = host->configuration().value(QStringLiteral("how")).toString().toLatin1();
        for (int i = 0; i < 3; ++i) detach(how);
        return {};
    }
};

#include "breeds.moc"

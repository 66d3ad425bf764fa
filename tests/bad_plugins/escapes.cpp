// SPDX-License-Identifier: GPL-2.0-or-later
// Tries what a confined plugin has no use for, and reports how each attempt ends.
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>
#include <vector>

#include "bad_plugin.h"

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        bad::BadPlugin::start(host);
        const auto outcome = [](long result) {
            return result < 0 ? QString::fromLatin1(::strerrorname_np(errno)) : QStringLiteral("ok");
        };
        QStringList facts;
        facts << "unshare=" + outcome(::unshare(CLONE_NEWUSER));
        facts << "clone=" + outcome(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
        facts << "io_uring=" + outcome(::syscall(SYS_io_uring_setup, 1U, nullptr));
        facts << "bpf=" + outcome(::syscall(SYS_bpf, 0, nullptr, 0U));
        timex nothing{};
        facts << "clock=" + outcome(::adjtimex(&nothing));
        facts << "netfilter=" + outcome(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
        facts << "alg=" + outcome(::socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        // What ordinary libraries do still works.
        bool hasRun = false;
        std::thread([&] { hasRun = true; }).join();
        facts << QStringLiteral("thread=") + (hasRun ? "ok" : "no");
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        facts << "fork=" + outcome(child);
        if (child > 0) ::waitpid(child, nullptr, 0);
        report(facts.join(u' '));

        std::vector<pid_t> children;
        for (int i = 0; i < 200; ++i) {
            const pid_t one = ::fork();
            if (one < 0) break;
            if (one == 0) {
                ::pause();
                ::_exit(0);
            }
            children.push_back(one);
        }
        for (const pid_t one : children) ::kill(one, SIGKILL);
        for (const pid_t one : children) ::waitpid(one, nullptr, 0);
        m_host->setCondition({QStringLiteral("Forks"), fos1::ConditionStatus::True, QStringLiteral("Seen"),
                              QString::number(children.size()), 0});
        return {};
    }
};

#include "escapes.moc"

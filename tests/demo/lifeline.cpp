// SPDX-License-Identifier: GPL-2.0-or-later
#include "lifeline.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fos1::demo {

namespace {

constexpr const char* kVariable = "FOS1_DEMO_LIFELINE";

int listenOn(quint16 port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 && ::listen(fd, 16) == 0) return fd;
    ::close(fd);
    return -1;
}

quint16 portOf(int fd) {
    sockaddr_in here{};
    socklen_t size = sizeof here;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&here), &size);
    return ntohs(here.sin_port);
}

/// Waits until the child exits. A signal to this process closes `line`.
int waitFor(pid_t child, const sigset_t& signals, int line) {
    const int fd = ::signalfd(-1, &signals, SFD_CLOEXEC);
    for (;;) {
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child)
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        signalfd_siginfo signal{};
        if (::read(fd, &signal, sizeof signal) < 0 && errno != EINTR) return 1;
        if (signal.ssi_signo == SIGCHLD || line < 0) continue;
        ::close(line);
        line = -1;
    }
}

}  // namespace

std::optional<Lifeline> inheritedLifeline() {
    const char* given = ::getenv(kVariable);
    int end = -1;
    int listener = -1;
    // NOLINTNEXTLINE(cert-err34-c): we wrote it ourselves
    if (!given || std::sscanf(given, "%d %d", &end, &listener) != 2) return std::nullopt;
    return Lifeline{end, listener, portOf(listener)};
}

int runOutside(quint16 port, const std::function<int()>& inside) {
    int listener = listenOn(port);
    if (listener < 0) listener = listenOn(0);
    std::array<int, 2> line{-1, -1};
    if (listener < 0 || ::pipe(line.data()) != 0) {
        std::perror("fos1-demo");
        return 1;
    }
    ::fcntl(line[1], F_SETFD, FD_CLOEXEC);
    sigset_t signals;
    sigset_t before;
    ::sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::sigaddset(&signals, number);
    ::sigprocmask(SIG_BLOCK, &signals, &before);
    const pid_t child = ::fork();
    if (child == 0) {
        ::sigprocmask(SIG_SETMASK, &before, nullptr);
        ::setsid();
        ::close(line[1]);
        ::setenv(kVariable, (std::to_string(line[0]) + ' ' + std::to_string(listener)).c_str(), 1);
        std::_Exit(inside());
    }
    ::close(line[0]);
    ::close(listener);
    if (child < 0) {
        std::perror("fos1-demo");
        return 1;
    }
    return waitFor(child, signals, line[1]);
}

}  // namespace fos1::demo

// SPDX-License-Identifier: GPL-2.0-or-later
#include "termination.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace fos1::host {

namespace {

// A signal handler can reach only globals.
int signalEvent = -1;

void onSignal(int /*signal*/) {
    const int saved = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(signalEvent, &one, sizeof one);
    errno = saved;
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

Termination::Termination(QObject* parent) : QObject(parent) {
    signalEvent = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_notifier = std::make_unique<QSocketNotifier>(signalEvent, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        std::uint64_t count = 0;
        if (::read(signalEvent, &count, sizeof count) == static_cast<ssize_t>(sizeof count)) Q_EMIT requested();
    });
    handle(SIGTERM, &onSignal);
    handle(SIGINT, &onSignal);
    handle(SIGHUP, &onSignal);  // the terminal closed; the default action would leave child processes behind
    handle(SIGPIPE, SIG_IGN);
}

Termination::~Termination() {
    handle(SIGTERM, SIG_DFL);
    handle(SIGINT, SIG_DFL);
    handle(SIGHUP, SIG_DFL);
    m_notifier.reset();
    ::close(signalEvent);
    signalEvent = -1;
}

}  // namespace fos1::host

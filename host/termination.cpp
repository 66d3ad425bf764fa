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
int restartEvent = -1;
int reloadEvent = -1;

void note(int event) {
    const int saved = errno;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(event, &one, sizeof one);
    errno = saved;
}

void onSignal(int /*signal*/) { note(signalEvent); }
void onRestart(int /*signal*/) { note(restartEvent); }

/// The kernel sends SIGHUP when the terminal was closed; any other sender wants a reload. To end there would leave
/// the services down, and to continue here would leave a host behind that nobody sees.
void onHangUp(int /*signal*/, siginfo_t* info, void* /*context*/) {
    note(info && info->si_code == SI_KERNEL ? signalEvent : reloadEvent);
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

bool take(int event) {
    std::uint64_t count = 0;
    return ::read(event, &count, sizeof count) == static_cast<ssize_t>(sizeof count);
}

}  // namespace

Termination::Termination(QObject* parent) : QObject(parent) {
    signalEvent = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_notifier = std::make_unique<QSocketNotifier>(signalEvent, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        if (take(signalEvent)) Q_EMIT requested();
    });
    restartEvent = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_restartNotifier = std::make_unique<QSocketNotifier>(restartEvent, QSocketNotifier::Read);
    connect(m_restartNotifier.get(), &QSocketNotifier::activated, this, [this] {
        if (take(restartEvent)) Q_EMIT restartRequested();
    });
    reloadEvent = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m_reloadNotifier = std::make_unique<QSocketNotifier>(reloadEvent, QSocketNotifier::Read);
    connect(m_reloadNotifier.get(), &QSocketNotifier::activated, this, [this] {
        if (take(reloadEvent)) Q_EMIT reloadRequested();
    });
    handle(SIGTERM, &onSignal);
    handle(SIGINT, &onSignal);
    handle(SIGUSR1, &onRestart);
    struct sigaction hangUp {};
    hangUp.sa_sigaction = &onHangUp;
    hangUp.sa_flags = SA_RESTART | SA_SIGINFO;
    ::sigaction(SIGHUP, &hangUp, nullptr);
    handle(SIGPIPE, SIG_IGN);
}

Termination::~Termination() {
    handle(SIGTERM, SIG_DFL);
    handle(SIGINT, SIG_DFL);
    handle(SIGUSR1, SIG_DFL);
    handle(SIGHUP, SIG_DFL);
    m_notifier.reset();
    m_restartNotifier.reset();
    m_reloadNotifier.reset();
    ::close(signalEvent);
    ::close(restartEvent);
    ::close(reloadEvent);
    signalEvent = -1;
    restartEvent = -1;
    reloadEvent = -1;
}

}  // namespace fos1::host

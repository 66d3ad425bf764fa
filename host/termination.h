// SPDX-License-Identifier: GPL-2.0-or-later
// Signals as events of the loop: SIGTERM and SIGINT end the host, SIGUSR1 ends it for a restart, SIGHUP reloads, unless
// the terminal was closed. Uses a handler and eventfds instead of signalfd(2), because every child process of every
// plugin would inherit a blocked signal mask.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace fos1::host {

/// At most one instance per process.
class Termination : public QObject {
    Q_OBJECT
   public:
    explicit Termination(QObject* parent = nullptr);
    ~Termination() override;

   Q_SIGNALS:
    void requested();
    /// Another host follows at once (RestartKillSignal of systemd.kill(5)).
    void restartRequested();
    /// Somebody sent SIGHUP.
    void reloadRequested();

   private:
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::unique_ptr<QSocketNotifier> m_restartNotifier;
    std::unique_ptr<QSocketNotifier> m_reloadNotifier;
};

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// SIGTERM, SIGINT and SIGHUP as events of the loop. Uses a handler and an eventfd instead of signalfd(2), because every
// child process of every plugin would inherit a blocked signal mask.
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

   private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1::host

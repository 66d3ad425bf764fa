// SPDX-License-Identifier: GPL-2.0-or-later
// SIGTERM, SIGINT and SIGHUP as events of the loop. A handler and an eventfd rather than signalfd(2): a blocked signal
// mask would be inherited by every child process of every plugin.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace fos1::host {

/// At most one per process.
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

// SPDX-License-Identifier: GPL-2.0-or-later
// Tells the service manager how we are (sd_notify(3)); does nothing when it did not ask.
#pragma once

#include <QObject>
#include <QTimer>

namespace fos1::host {

/// The watchdog is fed from this object's own event loop, so a loop that hangs stops feeding it.
class ServiceNotifier : public QObject {
    Q_OBJECT
   public:
    explicit ServiceNotifier(QObject* parent = nullptr);

    void ready(const QString& statusLine);
    void stopping();

   private:
    QTimer m_watchdog;
};

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// Reports our state to the service manager (sd_notify(3)). Does nothing when the manager did not ask for it.
#pragma once

#include <QObject>
#include <QTimer>

namespace fos1::host {

/// Feeds the watchdog from this object's own event loop, so that a hung loop stops feeding it.
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

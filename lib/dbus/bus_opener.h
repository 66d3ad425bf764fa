// SPDX-License-Identifier: GPL-2.0-or-later
// Opens a connection to a bus. The handshake may take as long as the bus likes, so it happens in a thread that nobody
// waits for.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <QObject>
#include <QSocketNotifier>
#include <QString>
#include <functional>
#include <memory>

#include "fos1/result.h"

namespace fos1::dbus {

class BusOpener : public QObject {
    Q_OBJECT
   public:
    using Opened = Result<std::unique_ptr<sdbus::IConnection>>;

    explicit BusOpener(QObject* parent = nullptr) : QObject(parent) {}
    ~BusOpener() override;

    /// Done with the new connection in that thread, so that it may wait for the bus: match rules, which sdbus-c++ 1.2
    /// can only add with a call that blocks. Must touch nothing else. May throw sdbus::Error.
    using Prepare = std::function<void(sdbus::IConnection&)>;

    /// Opens the system bus, which is where DBUS_SYSTEM_BUS_ADDRESS says. One at a time.
    void open(Prepare prepare = {});

    /// What came of it; once, after opened().
    Opened take();

   Q_SIGNALS:
    void opened();

   private:
    struct Attempt;
    static void run(const std::shared_ptr<Attempt>& attempt, const Prepare& prepare);

    std::unique_ptr<QSocketNotifier> m_notifier;
    std::shared_ptr<Attempt> m_attempt;  ///< shared with the thread, which may outlive us
};

}  // namespace fos1::dbus

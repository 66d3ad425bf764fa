// SPDX-License-Identifier: GPL-2.0-or-later
// Opens a connection to a bus. The handshake has no time limit, so it runs in a thread of its own that no other thread
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

    /// Prepares the new connection in that thread, where it may block. sdbus-c++ 1.2 can add match rules only with a
    /// call that blocks. Must access nothing else. May throw sdbus::Error.
    using Prepare = std::function<void(sdbus::IConnection&)>;

    /// Opens the system bus, at the address in DBUS_SYSTEM_BUS_ADDRESS. One attempt at a time.
    void open(Prepare prepare = {});

    /// The result; to be called once, after opened().
    Opened take();

   Q_SIGNALS:
    void opened();

   private:
    struct Attempt;
    static void run(const std::shared_ptr<Attempt>& attempt, const Prepare& prepare);

    std::unique_ptr<QSocketNotifier> m_notifier;
    std::shared_ptr<Attempt> m_attempt;  ///< shared with the thread, which may outlive this object
};

}  // namespace fos1::dbus

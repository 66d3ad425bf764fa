// SPDX-License-Identifier: GPL-2.0-or-later
// Our connection to the bus and our name on it: comes back by itself whenever the bus is away, late, hung or refuses
// the name. Must not know what is shown there.
#pragma once

#include <sdbus-c++/IConnection.h>
#include <sdbus-c++/IProxy.h>

#include <QObject>
#include <QTimer>
#include <chrono>
#include <memory>

#include "dbus/bus_opener.h"
#include "dbus/bus_pump.h"

namespace fos1::host::dbus {

/// 0.5 s, doubled with each failure up to 30 s, then times 0.8 to 1.2. `random` is in [0, 1).
[[nodiscard]] std::chrono::milliseconds reconnectDelay(int failures, double random);

enum class LinkState {
    Unknown = 0,
    Off,          ///< not started
    Connecting,   ///< for the first time
    NoBus,        ///< nobody answers there
    NameRefused,  ///< by the bus's policy, or another process has it
    Connected,
};
/// For people: "connected", "no bus".
[[nodiscard]] QString toText(LinkState state);

class BusLink : public QObject {
    Q_OBJECT
   public:
    explicit BusLink(QObject* parent = nullptr);
    ~BusLink() override;

    /// `address` as in the D-Bus specification, "Server Addresses"; empty: the system bus. Otherwise it becomes the
    /// system bus of this process and its children.
    void start(const QString& address);

    /// Says down() when there is a connection, and lets it go. Does not wait for anything.
    void stop();

    [[nodiscard]] LinkState state() const { return m_state; }

    /// From up() to down().
    [[nodiscard]] sdbus::IConnection* connection() const { return m_connection.get(); }

    /// Whether a signal may be sent now: we have our name, and the bus takes in what we say.
    [[nodiscard]] bool isClear() const { return m_state == LinkState::Connected && m_pump && m_pump->isDrained(); }

    /// To be called after each outgoing message.
    void arm() {
        if (m_pump) m_pump->arm();
    }

    /// Asks the bus itself (org.freedesktop.DBus); `reply` is called once, or never when the link goes down first.
    void ask(const char* method, const std::function<void(sdbus::MethodCall&)>& arguments,
             sdbus::async_reply_handler reply);

   Q_SIGNALS:
    /// There is a connection: time to export objects. The name follows, so that nobody sees us without them.
    void up();
    /// The connection is about to go: whatever belongs to it must go now.
    void down();
    /// isClear() has become true.
    void clear();
    void stateChanged();

   private:
    void open();
    void opened();
    void requestName();
    void named(sdbus::MethodReply& reply, const sdbus::Error* error);
    void lose(LinkState state, const QString& reason);
    void close();
    void setState(LinkState state, const QString& reason);

    QString m_address;
    BusOpener m_opener;
    QTimer m_retryTimer;
    int m_failures = 0;
    LinkState m_state = LinkState::Off;
    // In the order in which they depend on each other.
    std::unique_ptr<sdbus::IConnection> m_connection;
    std::unique_ptr<sdbus::IProxy> m_bus;
    std::unique_ptr<BusPump> m_pump;
};

}  // namespace fos1::host::dbus

// SPDX-License-Identifier: GPL-2.0-or-later
// Our connection to the bus and our name on it. Reconnects by itself after the bus was missing, late or hung, or
// refused the name. Must not know which objects are exported.
#pragma once

#include <QObject>

#include "bus_client.h"

namespace fos1::host::dbus {

enum class LinkState {
    Unknown = 0,
    Off,          ///< not started
    Connecting,   ///< for the first time
    NoBus,        ///< no bus daemon answers at the address
    NameRefused,  ///< by the bus's policy, or because another process owns the name
    Connected,
};
/// For people: "connected", "no bus".
[[nodiscard]] QString toText(LinkState state);

class BusLink : public QObject {
    Q_OBJECT
   public:
    explicit BusLink(QObject* parent = nullptr);
    ~BusLink() override;

    /// `address` as in the D-Bus specification, "Server Addresses"; empty: the system bus. A given address becomes the
    /// system bus of this process and its children.
    void start(const QString& address);

    /// Emits down() when there is a connection, then closes it. Does not block.
    void stop();

    [[nodiscard]] LinkState state() const { return m_state; }

    /// Valid from up() to down(); null otherwise.
    [[nodiscard]] sdbus::IConnection* connection() const { return m_client.connection(); }

    /// Whether a signal may be sent now: we own our name, and the bus reads what we send.
    [[nodiscard]] bool isClear() const { return m_state == LinkState::Connected && m_client.isDrained(); }

    /// To be called after each outgoing message.
    void arm() { m_client.arm(); }

    /// Calls a method of the bus itself (org.freedesktop.DBus). `reply` is called once.
    void ask(const char* method, const fos1::dbus::BusClient::Arguments& arguments,
             fos1::dbus::BusClient::Answer reply);

   Q_SIGNALS:
    /// Connected: export objects now. The name is requested afterwards, so that no client sees it without the objects.
    void up();
    /// The connection is about to close: release everything that belongs to it.
    void down();
    /// isClear() has become true.
    void clear();
    void stateChanged();

   private:
    void requestName();
    void named(Result<sdbus::MethodReply> reply);
    void lose(const QString& reason);
    void setState(LinkState state, const QString& reason);

    QString m_address;
    LinkState m_state = LinkState::Off;
    LinkState m_lossIs = LinkState::NoBus;  ///< the state after the next loss of the connection
    fos1::dbus::BusClient m_client;
};

}  // namespace fos1::host::dbus

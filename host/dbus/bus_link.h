// SPDX-License-Identifier: GPL-2.0-or-later
// Our connection to the bus and our name on it: comes back by itself whenever the bus is away, late, hung or refuses
// the name. Must not know what is shown there.
#pragma once

#include <QObject>

#include "bus_client.h"

namespace fos1::host::dbus {

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
    [[nodiscard]] sdbus::IConnection* connection() const { return m_client.connection(); }

    /// Whether a signal may be sent now: we have our name, and the bus takes in what we say.
    [[nodiscard]] bool isClear() const { return m_state == LinkState::Connected && m_client.isDrained(); }

    /// To be called after each outgoing message.
    void arm() { m_client.arm(); }

    /// Asks the bus itself (org.freedesktop.DBus); `reply` is called once.
    void ask(const char* method, const fos1::dbus::BusClient::Arguments& arguments,
             fos1::dbus::BusClient::Answer reply);

   Q_SIGNALS:
    /// There is a connection: time to export objects. The name follows, so that nobody sees us without them.
    void up();
    /// The connection is about to go: whatever belongs to it must go now.
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
    LinkState m_lossIs = LinkState::NoBus;  ///< what the next loss of the connection means
    fos1::dbus::BusClient m_client;
};

}  // namespace fos1::host::dbus

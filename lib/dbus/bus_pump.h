// SPDX-License-Identifier: GPL-2.0-or-later
// Turns a bus connection on Qt's event loop: a bounded number of messages a turn, and none taken in while the bus does
// not take out what we have to say.
#pragma once

#include <sdbus-c++/IConnection.h>

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>

namespace fos1::dbus {

class BusPump : public QObject {
    Q_OBJECT
   public:
    /// `connection` is not owned and outlives the pump.
    explicit BusPump(sdbus::IConnection& connection, QObject* parent = nullptr);

    /// To be called after each outgoing message.
    void arm();

    /// Whether the bus has taken all that we said.
    [[nodiscard]] bool isDrained() const { return !m_isFull && !m_isBroken; }

    /// The connection's end, by whoever met it.
    void fail(const QString& reason);

   Q_SIGNALS:
    void drained();
    /// Once. To be connected queued: the pump is still at work when it says so.
    void failed(const QString& reason);

   private:
    void turn();

    sdbus::IConnection& m_connection;
    std::unique_ptr<QSocketNotifier> m_readable;
    std::unique_ptr<QSocketNotifier> m_writable;
    QTimer m_timer;
    bool m_isFull = false;
    bool m_isBroken = false;
};

}  // namespace fos1::dbus

// SPDX-License-Identifier: GPL-2.0-or-later
// Drives a bus connection on Qt's event loop: a bounded number of messages per turn. Reads nothing while the bus does
// not read our messages.
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

    /// Whether the bus has read everything that we sent.
    [[nodiscard]] bool isDrained() const { return !m_isFull && !m_isBroken; }

    /// Ends the connection; to be called wherever an error of the connection is detected.
    void fail(const QString& reason);

   Q_SIGNALS:
    void drained();
    /// Emitted once. Connect it queued, because the pump is still running when it emits the signal.
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

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus_pump.h"

#include <poll.h>
#include <sdbus-c++/Error.h>

#include <QElapsedTimer>

namespace fos1::dbus {

namespace {
constexpr int kMaxMessages = 64;  ///< per turn
constexpr qint64 kMaxTurnMs = 5;
}  // namespace

BusPump::BusPump(sdbus::IConnection& connection, QObject* parent) : QObject(parent), m_connection(connection) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &BusPump::turn);
    arm();
}

void BusPump::arm() {
    if (m_isBroken) return;
    sdbus::IConnection::PollData poll{};
    int timeoutMs = 0;
    try {
        poll = m_connection.getEventLoopPollData();
        timeoutMs = poll.getPollTimeout();
    } catch (const sdbus::Error& error) {
        return fail(QString::fromStdString(error.getMessage()));
    }
    if (!m_readable) {
        m_readable = std::make_unique<QSocketNotifier>(poll.fd, QSocketNotifier::Read);
        m_writable = std::make_unique<QSocketNotifier>(poll.fd, QSocketNotifier::Write);
        connect(m_readable.get(), &QSocketNotifier::activated, this, &BusPump::turn);
        connect(m_writable.get(), &QSocketNotifier::activated, this, &BusPump::turn);
    }
    const bool wasFull = std::exchange(m_isFull, (poll.events & POLLOUT) != 0);
    m_writable->setEnabled(m_isFull);
    m_readable->setEnabled(!m_isFull && (poll.events & POLLIN) != 0);
    // A full connection only waits for the bus: handling messages that it has already read would fill it further.
    if (m_isFull || timeoutMs < 0)
        m_timer.stop();
    else
        m_timer.start(timeoutMs);
    if (wasFull && !m_isFull) Q_EMIT drained();
}

void BusPump::turn() {
    if (m_isBroken) return;
    QElapsedTimer spent;
    spent.start();
    try {
        for (int i = 0; i < kMaxMessages && !spent.hasExpired(kMaxTurnMs) && !m_isBroken; ++i) {
            if (!m_connection.processPendingRequest()) break;
            if (m_connection.getEventLoopPollData().events & POLLOUT) break;
        }
    } catch (const sdbus::Error& error) {
        return fail(QString::fromStdString(error.getMessage()));
    }
    arm();
}

void BusPump::fail(const QString& reason) {
    if (std::exchange(m_isBroken, true)) return;
    m_timer.stop();
    if (m_readable) {
        m_readable->setEnabled(false);
        m_writable->setEnabled(false);
    }
    Q_EMIT failed(reason);
}

}  // namespace fos1::dbus

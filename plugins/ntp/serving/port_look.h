// SPDX-License-Identifier: GPL-2.0-or-later
// Finds out who has the NTP port without holding up the event loop: with thousands of open files in a system, the look
// through proc(5) takes long.
#pragma once

#include <QObject>
#include <QThread>
#include <chrono>
#include <memory>
#include <optional>

#include "serving/port_holders.h"

namespace fos1::ntp {

class PortLook final : public QObject {
    Q_OBJECT
   public:
    static constexpr std::chrono::seconds kBetweenLooks{5};

    using QObject::QObject;
    /// Waits for the end of a look under way.
    ~PortLook() override;

    /// Looks, unless a look is under way or the last one is still fresh. `ours`: our process.
    void look(quint16 port, qint64 ours);
    /// What was seen does not count any more; a look under way goes on, and nobody hears of it.
    void forget();

    [[nodiscard]] bool isLooking() const { return m_thread && !m_isForgotten; }
    /// What the last look saw; nothing before.
    [[nodiscard]] const std::optional<PortUse>& seen() const { return m_seen; }

   Q_SIGNALS:
    void ended();

   private:
    void end();

    std::unique_ptr<QThread> m_thread;
    std::optional<PortUse> m_seen;
    PortUse m_seeing;  ///< written by the thread
    bool m_isForgotten = false;
    std::optional<std::chrono::steady_clock::time_point> m_lookedAt;
};

}  // namespace fos1::ntp

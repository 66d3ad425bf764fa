// SPDX-License-Identifier: GPL-2.0-or-later
// Watches the pulses of a device that chronyd reads, and says in words how they are. Must not touch how the device
// is set.
#pragma once

#include <QTimer>
#include <functional>

#include "refclock/attached_clock.h"
#include "refclock/pulse_train.h"

namespace fos1::ntp {

/// What is watched, and under which name.
struct PulseSource {
    QString name;
    ClockKind kind = ClockKind::Pps;
    QString device;
    int rate = 1;
    bool isClearEdge = false;
    QString lock;  ///< what numbers the pulses; empty: other sources
};

class PulseClock final : public AttachedClock {
    Q_OBJECT

   public:
    using Open = std::function<Result<std::unique_ptr<PulseDevice>>(const QString& path)>;
    static constexpr std::chrono::milliseconds kLook{250};

    explicit PulseClock(PulseSource source, Open open = openPulseDevice);

    [[nodiscard]] RefclockFacts facts() const override;

   private:
    void look();
    void open();

    const PulseSource m_source;
    const Open m_open;
    std::unique_ptr<PulseDevice> m_device;
    PulseTrain m_train;
    QString m_madeBy;
    QString m_error;
    QTimer m_timer;
    int m_looksToOpen = 0;
    QString m_shown;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Follows what runs: chronyd's starts and ends, what it reports, and the attached clocks. Makes metrics and events of
// it, and sets right what others changed in the running chronyd. Publishes nothing itself.
#pragma once

#include <QObject>
#include <chrono>

#include "chrony/chrony_engine.h"
#include "client_service.h"
#include "clock_watch.h"
#include "hardware_clocks.h"
#include "metrics/ntp_metrics.h"
#include "service_events.h"
#include "service_standing.h"

namespace fos1::ntp {

class ServiceWatch final : public QObject {
    Q_OBJECT

   public:
    /// All outlive the watch.
    struct Parts {
        const ServiceStanding& standing;
        ChronyEngine& engine;
        ClientService& clients;
        ClockWatch& clock;
        HardwareClocks& hardware;
        NtpMetrics& metrics;
        const ServiceEvents& events;
    };
    explicit ServiceWatch(const Parts& parts);

   Q_SIGNALS:
    /// chronyd was looked at, and the clock judged anew.
    void observed();
    /// The status may say something else.
    void statusChanged();

   private:
    void onUp(const ChronydStart& start);
    void onDied(const QString& why);
    void onGapMeasured(std::chrono::milliseconds gap);
    void onObserved(const Observation& observation);
    void onClockChanged(const RefclockFacts& clock);
    void healIfChanged(const Observation& observation);

    const Parts m_parts;
    std::chrono::steady_clock::time_point m_lastHeal;
};

}  // namespace fos1::ntp

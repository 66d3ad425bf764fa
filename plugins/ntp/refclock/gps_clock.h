// SPDX-License-Identifier: GPL-2.0-or-later
// A satellite receiver on a serial line: reads it, judges what it reports, gives chronyd the samples, and says in words
// how it fares.
#pragma once

#include "model/hardware_spec.h"
#include "refclock/attached_clock.h"
#include "refclock/nmea_port.h"
#include "refclock/nmea_receiver.h"
#include "refclock/sample_sink.h"

namespace fos1::ntp {

class GpsClock final : public AttachedClock {
    Q_OBJECT

   public:
    /// `socket`: chronyd's for its samples; empty: it gets none. `delay`: what its time may be off, twice.
    GpsClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, LeapTable leaps);

    [[nodiscard]] RefclockFacts facts() const override;
    void hear(const std::optional<NetworkOpinion>& network, const std::optional<DelayReference>& reference) override {
        m_receiver.judge().hear(network);
        m_samples.hear(reference);
    }

   private:
    void look();
    void askUbx();

    const GpsSpec m_spec;
    SampleSink m_samples;
    NmeaReceiver m_receiver;
    NmeaPort m_port;
    QTimer m_settle;
    QTimer m_look;
    QString m_shown;
    quint64 m_asked = 0;               ///< how often, for UBX messages
    quint64 m_sentencesWhenAsked = 0;  ///< that were accepted by then
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// A satellite receiver on a serial line: reads it, judges what it reports, gives chronyd the samples, and says in words
// how it fares.
#pragma once

#include "model/hardware_spec.h"
#include "refclock/attached_clock.h"
#include "refclock/nmea_port.h"
#include "refclock/nmea_receiver.h"
#include "refclock/sock_feeder.h"

namespace fos1::ntp {

class GpsClock final : public AttachedClock {
    Q_OBJECT

   public:
    /// `socket`: chronyd's for its samples; empty: it gets none. `delay`: what its time may be off, twice.
    GpsClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, LeapTable leaps);

    [[nodiscard]] RefclockFacts facts() const override;
    void hear(const std::optional<NetworkOpinion>& opinion) override { m_receiver.judge().hear(opinion); }

   private:
    void look();
    void give(const ReceiverSample& sample);
    void describe(RefclockFacts& facts, qint64 rawNs) const;

    const GpsSpec m_spec;
    NmeaReceiver m_receiver;
    NmeaPort m_port;
    std::optional<SockFeeder> m_feeder;
    QTimer m_settle;
    QTimer m_look;
    QString m_feedError;  ///< of the last sample; empty: chronyd has it
    quint64 m_samples = 0;
    qint64 m_sampleRawNs = 0;
    QString m_shown;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The samples of one receiver: gives them to chronyd and keeps account of them.
#pragma once

#include <optional>

#include "refclock/delay_ring.h"
#include "refclock/late_filter.h"
#include "refclock/sock_feeder.h"

namespace fos1::ntp {

class SampleSink {
   public:
    /// `socket`: chronyd's; empty: nobody wants samples.
    explicit SampleSink(const QString& socket) {
        if (!socket.isEmpty()) m_feeder.emplace(socket);
    }

    void hear(const std::optional<DelayReference>& reference) { m_delays.hear(reference); }

    void give(const ReceiverSample& each) {
        const auto sample = m_filter.take(each);
        if (!sample) return;
        m_delays.add(sample->unixNs, sample->arrival);
        // One from before the clock was set would be off by that.
        const bool isStale = std::abs(stepBetween(sample->arrival, arrivalNow())) > kStepNs;
        if (!m_feeder || isStale) return;
        const Result<void> sent = m_feeder->send(sample->unixNs, sample->arrival);
        m_error = sent ? QString() : sent.error().message;
        if (!sent) return;
        ++m_count;
        m_lastRawNs = sample->arrival.rawNs;
    }

    /// A receiver that is well but not heard by chronyd is in trouble.
    void addTo(RefclockFacts& facts, qint64 rawNs) const {
        facts.samples = m_count;
        facts.delay = m_delays.facts();
        if (m_lastRawNs != 0)
            facts.sinceSample = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(rawNs - m_lastRawNs));
        if (m_error.isEmpty()) return;
        if (facts.isHealthy) facts.reason = QStringLiteral("NotFed");
        facts.isHealthy = false;
        facts.message += QStringLiteral(" The last sample was lost: %1.").arg(m_error);
    }

   private:
    static constexpr qint64 kStepNs = 20'000'000;

    std::optional<SockFeeder> m_feeder;
    LateFilter m_filter;
    DelayRing m_delays;
    QString m_error;  ///< of the last sample; empty: chronyd has it
    quint64 m_count = 0;
    qint64 m_lastRawNs = 0;
};

}  // namespace fos1::ntp

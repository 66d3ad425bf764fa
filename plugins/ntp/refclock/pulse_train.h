// SPDX-License-Identifier: GPL-2.0-or-later
// What a train of pulses is like: how many there were, are missing or too many, how far they scatter, and which edge
// they have. Pure.
#pragma once

#include <array>

#include "core/refclock_facts.h"
#include "refclock/arrival.h"
#include "refclock/pulse_device.h"

namespace fos1::ntp {

enum class PulseTrouble { Unknown = 0, None, Starting, NoPulse, TooMany, OtherEdge, Missing };

class PulseTrain {
   public:
    static constexpr qint64 kSilenceNs = 3 * kNsPerSecond;
    /// Within which missing pulses count as trouble.
    static constexpr qint64 kMemoryNs = 10 * kNsPerSecond;
    /// Pulses too many in a row that lasts for more than a period are no fluke, and chronyd would follow them. Believed
    /// again after kReturnNs without any.
    static constexpr qint64 kDoubledNs = 3 * kNsPerSecond;
    static constexpr qint64 kReturnNs = 30 * kNsPerSecond;

    /// `rate`: pulses that should come in a second.
    PulseTrain(int rate, bool isClearEdge) : m_periodNs(kNsPerSecond / rate), m_isClearEdge(isClearEdge) {}

    /// To be called some times a second; `rawNs`: now.
    void look(const PulseReading& reading, qint64 rawNs);

    [[nodiscard]] PulseTrouble trouble(qint64 rawNs) const;
    [[nodiscard]] PulseFacts facts() const;
    /// Of the last seconds; 0: none.
    [[nodiscard]] double ratePerSecond() const { return m_rate; }

   private:
    void count(quint32 pulses, qint64 apartNs, qint64 rawNs);

    const qint64 m_periodNs;
    const bool m_isClearEdge;
    bool m_isFirst = true;
    PulseEdge m_last;
    PulseEdge m_other;
    qint64 m_beganRawNs = 0;
    qint64 m_pulseRawNs = 0;  ///< when one was last seen; 0: none
    qint64 m_otherRawNs = 0;  ///< the same of the other edge
    qint64 m_missedRawNs = 0;
    qint64 m_extraRawNs = 0;
    qint64 m_extraSinceRawNs = 0;  ///< when a row of them began, less than kDoubledNs apart
    qint64 m_doubledRawNs = 0;     ///< when they were last no fluke; 0: never
    int m_badLooks = 0;            ///< grows with looks that find pulses missing or too many, shrinks with others
    double m_rate = 0;
    PulseFacts m_facts;
    std::array<qint64, 32> m_errors{};  ///< distances less the period
    std::size_t m_errorCount = 0;
};

}  // namespace fos1::ntp

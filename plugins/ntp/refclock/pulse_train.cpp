// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/pulse_train.h"

#include <algorithm>
#include <cmath>

namespace fos1::ntp {

namespace {

/// A pulse that comes before three quarters of the period is one too many.
constexpr qint64 kEarliest = 4;
/// One bad pulse in some minutes is a fluke that chronyd filters.
constexpr int kBadLook = 2;
constexpr int kGoodLook = 1;
constexpr int kBadLooks = 5;
constexpr int kMostBadLooks = 2 * kBadLooks;

}  // namespace

void PulseTrain::look(const PulseReading& reading, qint64 rawNs) {
    const PulseEdge& edge = m_isClearEdge ? reading.clearEdge : reading.assertEdge;
    const PulseEdge& other = m_isClearEdge ? reading.assertEdge : reading.clearEdge;
    if (m_isFirst) {
        m_isFirst = false;
        m_beganRawNs = rawNs;
        m_last = edge;
        m_other = other;
        return;
    }
    if (other.sequence != m_other.sequence) m_otherRawNs = rawNs;
    m_other = other;
    const quint32 pulses = edge.sequence - m_last.sequence;
    if (pulses == 0) return;
    // Before the first one there is no distance, and a clock that was set has none either.
    if (m_pulseRawNs != 0) {
        const qint64 apart = edge.atNs - m_last.atNs;
        if (std::abs(apart - (rawNs - m_pulseRawNs)) < kNsPerSecond) count(pulses, apart, rawNs);
    }
    m_facts.seen += m_pulseRawNs == 0 ? 1 : pulses;
    m_pulseRawNs = rawNs;
    m_last = edge;
}

void PulseTrain::count(quint32 pulses, qint64 apartNs, qint64 rawNs) {
    const qint64 expected = (apartNs + m_periodNs / kEarliest) / m_periodNs;
    if (apartNs > 0) {
        constexpr double kWeight = 0.25;
        const double now =
            static_cast<double>(pulses) * static_cast<double>(kNsPerSecond) / static_cast<double>(apartNs);
        m_rate = m_rate == 0 ? now : m_rate + (now - m_rate) * kWeight;
    }
    if (expected == pulses) {
        m_badLooks = std::max(m_badLooks - kGoodLook, 0);
        m_errors[m_errorCount++ % m_errors.size()] = (apartNs - expected * m_periodNs) / std::max<qint64>(expected, 1);
        return;
    }
    m_badLooks = std::min(m_badLooks + kBadLook, kMostBadLooks);
    if (expected > pulses) {
        m_facts.missed += static_cast<quint64>(expected - pulses);
        m_missedRawNs = rawNs;
    } else {
        m_facts.extra += static_cast<quint64>(pulses - expected);
        if (m_extraRawNs == 0 || rawNs - m_extraRawNs > kDoubledNs) m_extraSinceRawNs = rawNs;
        const bool isDoubled = m_doubledRawNs != 0 && rawNs - m_doubledRawNs < kReturnNs;
        // One pulse too many makes both distances beside it short.
        if (isDoubled || rawNs - m_extraSinceRawNs >= m_periodNs * 3 / 2) m_doubledRawNs = rawNs;
        m_extraRawNs = rawNs;
    }
}

PulseTrouble PulseTrain::trouble(qint64 rawNs) const {
    const auto isRecent = [rawNs](qint64 at, qint64 within) { return at != 0 && rawNs - at < within; };
    if (!isRecent(m_pulseRawNs, kSilenceNs)) {
        if (isRecent(m_otherRawNs, kSilenceNs)) return PulseTrouble::OtherEdge;
        return m_pulseRawNs == 0 && rawNs - m_beganRawNs < kSilenceNs ? PulseTrouble::Starting : PulseTrouble::NoPulse;
    }
    if (isRecent(m_doubledRawNs, kReturnNs)) return PulseTrouble::TooMany;
    if (m_badLooks >= kBadLooks && isRecent(m_missedRawNs, kMemoryNs)) return PulseTrouble::Missing;
    return PulseTrouble::None;
}

PulseFacts PulseTrain::facts() const {
    PulseFacts facts = m_facts;
    const std::size_t count = std::min(m_errorCount, m_errors.size());
    if (count < 4) return facts;
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto error = static_cast<double>(m_errors[i]);
        sum += error;
        squares += error * error;
    }
    const double mean = sum / static_cast<double>(count);
    const double variance = std::max(squares / static_cast<double>(count) - mean * mean, 0.0);
    facts.jitter = std::chrono::nanoseconds(std::llround(std::sqrt(variance)));
    return facts;
}

}  // namespace fos1::ntp

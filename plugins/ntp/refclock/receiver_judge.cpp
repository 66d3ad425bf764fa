// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/receiver_judge.h"

#include <cstdlib>
#include <utility>

namespace fos1::ntp {

namespace {

constexpr qint64 kLeapScatterNs = 300'000'000;
constexpr int kJumpsToDistrust = 3;  ///< one may be a fluke, and is not used anyway
constexpr int kLateToFollow = 30;    ///< sentences that come later for good are another order, not another time
constexpr int kMajority = 2;         ///< one source in the network against one receiver is none
constexpr qint64 kSmoothing = 8;

qint64 driftIn(qint64 ns) { return ns / 1'000'000 * kSlowestDriftPpm; }
qint64 baseOf(const Instant& instant) { return instant.unixNs - instant.arrival.rawNs; }

}  // namespace

InstantVerdict ReceiverJudge::judge(const Instant& instant) {
    const Instant last = std::exchange(m_last, instant);
    if (instant.isLeapSecond) {
        m_leapBegan = instant.isLeapDay;
        return InstantVerdict::LeapSecond;
    }
    // The second after a leap second has the same number again (POSIX).
    if (m_leapBegan && last.isLeapSecond && m_base) *m_base -= kNsPerSecond;
    m_leapBegan = false;
    const std::optional<bool> agrees = doesNetworkAgree(instant);
    InstantVerdict found = instant.unixNs == last.unixNs ? InstantVerdict::Frozen : compareWithPast(instant);
    const bool hasMajority = m_opinion && m_opinion->sources >= kMajority;
    if (agrees == false && hasMajority && m_policy.isDistrustful) found = InstantVerdict::NetworkDisagrees;
    if (const InstantVerdict why = distrusted(found, agrees == true && hasMajority, instant);
        why != InstantVerdict::Unknown) {
        m_inARow = 0;
        return why;
    }
    if (found != InstantVerdict::Good) {
        if (found != InstantVerdict::Late) m_inARow = 0;
        return found;
    }
    follow(instant);
    if (++m_inARow < kSettling) return InstantVerdict::Settling;
    m_isAnchored = true;
    return InstantVerdict::Good;
}

InstantVerdict ReceiverJudge::compareWithPast(const Instant& instant) {
    if (!m_base) return InstantVerdict::Good;
    const qint64 distance = baseOf(instant) - *m_base;
    const qint64 drift = driftIn(instant.arrival.rawNs - m_baseRawNs);
    if (std::abs(distance) <= kScatterNs + drift) {
        m_late = m_jumps = 0;
        return InstantVerdict::Good;
    }
    if (!m_isAnchored) {
        // What it said first may have been the nonsense.
        m_base.reset();
        m_inARow = 0;
        return InstantVerdict::Good;
    }
    if (std::abs(distance) <= kJumpNs + drift) {
        m_jumps = 0;
        if (++m_late < kLateToFollow) return InstantVerdict::Late;
        m_base.reset();
        return InstantVerdict::Good;
    }
    m_jumpNs = distance;
    ++m_jumps;
    const bool isOneSecond = std::abs(std::abs(distance) - kNsPerSecond) < kLeapScatterNs + drift;
    return isOneSecond ? InstantVerdict::LeapUnannounced : InstantVerdict::Jumped;
}

std::optional<bool> ReceiverJudge::doesNetworkAgree(const Instant& instant) {
    m_deviation.reset();
    if (!m_opinion) return {};
    const qint64 age = instant.arrival.rawNs - m_opinion->at.rawNs;
    if (age > kOpinionLifetime) return {};
    m_deviation =
        instant.unixNs + m_policy.offsetNs - (instant.arrival.realNs - m_opinion->clockOffsetAt(instant.arrival));
    return std::abs(*m_deviation) <= m_opinion->boundNs + m_policy.toleranceNs + driftIn(age);
}

/// Why the receiver is not believed, be its instant good or not; Unknown: it is. `isConfirmed`: the network reports the
/// same time.
InstantVerdict ReceiverJudge::distrusted(InstantVerdict found, bool isConfirmed, const Instant& instant) {
    const bool hasJumped = found == InstantVerdict::Jumped || found == InstantVerdict::LeapUnannounced;
    const bool isLost = (hasJumped && m_jumps >= kJumpsToDistrust) || found == InstantVerdict::NetworkDisagrees;
    if (m_distrust == InstantVerdict::Unknown) {
        if (isLost) m_distrust = found;
        m_goodSinceRawNs.reset();
        return m_distrust;
    }
    const bool isGood = found == InstantVerdict::Good || (hasJumped && isConfirmed);
    if (!isGood) {
        if (isLost) m_distrust = found;
        m_goodSinceRawNs.reset();
        return m_distrust;
    }
    if (!m_goodSinceRawNs) m_goodSinceRawNs = instant.arrival.rawNs;
    if (instant.arrival.rawNs - *m_goodSinceRawNs < kReturnNs) return m_distrust;
    m_distrust = InstantVerdict::Unknown;
    m_goodSinceRawNs.reset();
    if (hasJumped) m_base.reset();  // the network says that its past was wrong
    m_jumps = 0;
    return InstantVerdict::Settling;
}

void ReceiverJudge::follow(const Instant& instant) {
    const qint64 base = baseOf(instant);
    m_base = m_base ? *m_base + (base - *m_base) / kSmoothing : base;
    m_baseRawNs = instant.arrival.rawNs;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/fitness.h"

namespace fos1::ntp {

namespace {

/// What is withdrawn must become this much better than the limit.
constexpr int kPercentToReturn = 80;

Fitness verdict(const time::SyncState& state, const FitnessInputs& in, bool wasFit, bool isWithdrawn,
                std::optional<std::chrono::steady_clock::duration> lostFor) {
    const FitnessPolicy& policy = in.policy;
    if (!state.synchronised && !state.holdover) return Fitness::NotSynchronised;
    if (policy.worstStratum && state.stratum > *policy.worstStratum) return Fitness::StratumTooHigh;
    if (lostFor && *lostFor > policy.holdover.duration) return Fitness::HoldoverTooLong;
    if (in.hasJumped) return Fitness::Jumped;
    if (in.isContradicted) return Fitness::SourcesContradict;
    const auto limit = policy.holdover.errorBound;
    if (state.errorBound >= (isWithdrawn ? limit * kPercentToReturn / 100 : limit)) return Fitness::ErrorTooLarge;
    if (!wasFit && state.errorBound + in.growth >= limit) return Fitness::WouldNotLast;
    if (!policy.whyNotServed.isEmpty()) return Fitness::NotServed;
    return state.synchronised ? Fitness::Fit : Fitness::FitInHoldover;
}

}  // namespace

QString sentence(Fitness fitness) {
    switch (fitness) {
        case Fitness::Fit: return QStringLiteral("The clock follows a source and is fit for clients.");
        case Fitness::FitInHoldover:
            return QStringLiteral("No source is usable; the clock still keeps time and is fit for clients.");
        case Fitness::NotSynchronised: return QStringLiteral("The clock is not synchronized.");
        case Fitness::Settling: return QStringLiteral("The time is good again, but not yet for long enough.");
        case Fitness::StratumTooHigh: return QStringLiteral("The stratum is worse than allowed.");
        case Fitness::ErrorTooLarge: return QStringLiteral("The time may be off by more than allowed.");
        case Fitness::HoldoverTooLong: return QStringLiteral("No source has been usable for too long.");
        case Fitness::SourcesContradict:
            return QStringLiteral("A source that the clock follows measures the served time as wrong.");
        case Fitness::Jumped: return QStringLiteral("The time moved, and too few sources confirm that.");
        case Fitness::NotServed: return QStringLiteral("Clients do not get the time of this service.");
        case Fitness::TooFewMeasured:
            return QStringLiteral("Fewer sources than declared have been compared since the start.");
        case Fitness::NotTriedYet: return QStringLiteral("It is not yet confirmed that clients are answered.");
        case Fitness::WouldNotLast:
            return QStringLiteral(
                "The frequency of the clock is not yet known well enough for its time to stay right.");
        case Fitness::Unknown: break;
    }
    return QStringLiteral("The state of the clock is unknown.");
}

bool FitnessJudge::isQuorumAwaited(const time::SyncState& state, bool hasQuorum, TimePoint now) {
    if (m_hadQuorum || !state.synchronised) return false;
    if (!m_quorumAwaitedSince) m_quorumAwaitedSince = now;
    m_hadQuorum = hasQuorum || now - *m_quorumAwaitedSince >= kQuorumPatience;
    return !m_hadQuorum;
}

Fitness FitnessJudge::judge(const time::SyncState& state, const FitnessInputs& in, TimePoint now,
                            std::optional<TimePoint> lostAt) {
    const auto lostFor = lostAt ? std::optional(now - *lostAt) : std::nullopt;
    Fitness fitness = verdict(state, in, m_wasFit, m_withdrawn, lostFor);
    const bool isAwaited = isQuorumAwaited(state, in.hasQuorum, now);
    if (isAwaited && (isFit(fitness) || fitness == Fitness::WouldNotLast)) fitness = Fitness::TooFewMeasured;
    if (isFit(fitness) && !m_wasTried) {
        m_wasTried = !in.policy.isFirstAnswerAwaited;
        if (!m_wasTried) fitness = Fitness::NotTriedYet;
    }
    if (!isFit(fitness)) {
        m_goodSince.reset();
        m_withdrawn = m_withdrawn || m_wasFit;
    } else if (m_withdrawn) {
        if (!m_goodSince) m_goodSince = now;
        if (now - *m_goodSince < kSteadyFor)
            fitness = Fitness::Settling;
        else
            m_withdrawn = false;
    }
    m_wasFit = isFit(fitness);
    return fitness;
}

}  // namespace fos1::ntp

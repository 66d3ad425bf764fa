// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/sync_estimator.h"

#include <algorithm>

#include "core/plain_text.h"

namespace fos1::ntp {

using std::chrono::nanoseconds;
using time::LeapState;
using time::SyncState;

namespace {

/// What reading clocks and rounding floats may add.
constexpr nanoseconds kClockReading = std::chrono::microseconds(1);
/// A machine's clock that nobody corrects drifts by less than 500 ppm.
constexpr int kSlowestDrift = 2000;
constexpr nanoseconds kSmallestJump = std::chrono::milliseconds(1);

time::SourceCounts count(const std::vector<SourceReport>& sources) {
    time::SourceCounts counts;
    for (const SourceReport& source : sources) {
        ++counts.total;
        if (source.reachability != 0) ++counts.reachable;
        if (source.state == SourceState::Selected || source.state == SourceState::Combined ||
            source.state == SourceState::Selectable)
            ++counts.selectable;
    }
    return counts;
}

/// The names that have no address yet; empty when one of the sources has.
QString unresolvedNames(const std::vector<SourceReport>& sources) {
    QStringList names;
    for (const SourceReport& source : sources) {
        if (source.address.kind != SourceAddressKind::Unresolved) return {};
        names.append(displayName(source));
    }
    return someOf(names);
}

/// The clock is kept by what was learnt from a source, now or earlier: neither unsynchronised nor chronyd's own
/// `local` reference, which claims leap "normal" too.
bool isDisciplined(const Tracking& tracking) {
    return tracking.leap != LeapState::Unknown && tracking.leap != LeapState::Unsynchronised &&
           !isLocalReference(tracking);
}

/// Of the time that clients get: chronyd corrects what it serves for the offset that the machine's clock still has
/// (tracking, "System time"), with or without control of the clock.
nanoseconds errorBound(const Tracking& tracking) { return tracking.rootDispersion + tracking.rootDelay / 2; }

/// Of the error bound, within `span` without a new measurement.
nanoseconds boundGrowth(const Tracking& tracking, std::chrono::seconds span) {
    return nanoseconds((tracking.skewPpb + std::abs(tracking.residualFrequencyPpb)) * span.count());
}

bool isFollowed(const SourceReport& source) {
    return source.reachability != 0 && (source.state == SourceState::Selected || source.state == SourceState::Combined);
}

/// Whether chronyd has compared it with the others.
bool wasCompared(const SourceReport& source) {
    return source.reachability != 0 && source.state != SourceState::Unusable && source.state != SourceState::Unknown;
}

QString fastOrSlowBy(nanoseconds offset) {
    return plainDuration(std::chrono::abs(offset)) +
           (offset.count() < 0 ? QStringLiteral(" slow") : QStringLiteral(" fast"));
}

}  // namespace

SyncState SyncEstimator::update(const Observation& observation, const FitnessPolicy& policy) {
    m_tracking.take(observation.tracking, observation.at);
    m_sources.take(observation.sources ? std::optional(withoutEmptyPlaces(*observation.sources)) : std::nullopt,
                   observation.at);
    m_statistics.take(observation.statistics, observation.at);
    if (observation.sources) m_chase.see(m_sources.value, observation.at);

    SyncState state;
    state.sources = count(m_sources.value);
    if (m_tracking.at) {
        const Tracking& tracking = m_tracking.value;
        state.stratum = tracking.leap == LeapState::Unsynchronised ? 0 : tracking.stratum;
        state.leap = tracking.leap;
        state.refid = QStringLiteral("%1").arg(tracking.refId, 8, 16, QLatin1Char('0')).toUpper();
        state.offset = tracking.clockOffset;
        state.frequencyPpb = tracking.frequencyPpb;
        state.rootDelay = tracking.rootDelay;
        state.rootDispersion = tracking.rootDispersion;
        state.errorBound = errorBound(tracking);
        state.jitter = tracking.rmsOffset;
        const SourceReport* followed = followedSource();
        m_noTruth = followed ? whyNoTruth(policy) : QString();
        state.synchronised = followed != nullptr && isDisciplined(tracking) && m_noTruth.isEmpty();
        if (isLocalReference(tracking)) {
            state.source = time::SelectedSource{QStringLiteral("local clock"), {}, QStringLiteral("local")};
        } else if (followed) {
            state.source =
                time::SelectedSource{displayName(*followed), numericAddress(*followed), kindText(followed->mode)};
            for (const SourceStatistics& statistics : m_statistics.value)
                if (isAbout(statistics, *followed)) state.jitter = statistics.deviation;
            state.servedOffset = followed->offset;
        }
        m_contradiction.clear();
        watchForJump(observation, policy, state);
        if (state.synchronised) compareWithSources(state);
        state.clockErrorBound = std::chrono::abs(state.offset) + state.errorBound;
    }
    trackHoldover(observation, state);
    judge(observation, policy, state);
    return state;
}

const SourceReport* SyncEstimator::followedSource() const {
    for (const SourceReport& source : m_sources.value)
        if (source.state == SourceState::Selected && source.reachability != 0) return &source;
    return nullptr;
}

QString SyncEstimator::whyNoTruth(const FitnessPolicy& policy) const {
    static const OwnReference kUnknown;
    QStringList sentences;
    for (const SourceReport& source : m_sources.value) {
        if (!isFollowed(source) && source.state != SourceState::Selectable) continue;
        auto why = whyNoEvidence(source, policy.localStratum, policy.own ? *policy.own : kUnknown);
        if (!why && m_chase.isChasing(source.address))
            why = QStringLiteral(
                      "has counted its stratum up to %1 step by step, as servers do that follow each other in a timing "
                      "loop")
                      .arg(source.stratum);
        if (!why) return {};
        sentences.append(displayName(source) + u' ' + *why);
    }
    return someOf(sentences, QStringLiteral("; "));
}

/// The majority is gone, and a source that it outvoted is the only one left: chronyd follows it, and the served time
/// moves away from the machine's clock by more than what was believed before can have been wrong. As many sources as
/// are declared must agree on that. (Towards the machine's clock it moves while that is slewed.)
void SyncEstimator::watchForJump(const Observation& observation, const FitnessPolicy& policy, const SyncState& state) {
    if (!state.synchronised) return;
    const nanoseconds errorBound = state.errorBound;
    if (m_believed) {
        const nanoseconds drift = (observation.at - m_believed->at) / kSlowestDrift;
        const nanoseconds distance = std::chrono::abs(state.offset) - std::chrono::abs(m_believed->offset);
        if (distance <= m_believed->errorBound + errorBound + drift + kSmallestJump)
            m_jump.reset();
        else if (!m_jump)
            m_jump = Jump{distance, observation.at};
    }
    const bool isConfirmed = state.sources.selectable >= std::min<qint64>(policy.sourcesMinimum, state.sources.total);
    if (m_jump && (isConfirmed || observation.at - m_jump->since > policy.holdover.duration)) m_jump.reset();
    if (!m_jump) m_believed = Believed{state.offset, errorBound, observation.at};
}

/// No single figure is trusted: where the last measurement of a followed source is further from the served time than
/// both can be wrong, chronyd did not do what it reports.
void SyncEstimator::compareWithSources(SyncState& state) {
    const nanoseconds bound = state.errorBound;
    for (const SourceReport& source : m_sources.value) {
        if (!isFollowed(source) || !source.sinceSample) continue;
        const nanoseconds distance = std::chrono::abs(source.offset);
        if (distance <= bound + source.offsetError + kClockReading) continue;
        state.errorBound = std::max(state.errorBound, distance + source.offsetError);
        if (!m_contradiction.isEmpty()) continue;
        m_contradiction =
            QStringLiteral("%1 measures the served time as %2, to within %3, but chronyd reports it right to within %4")
                .arg(displayName(source), fastOrSlowBy(source.offset), plainDuration(source.offsetError),
                     plainDuration(bound));
    }
}

bool SyncEstimator::hasQuorum(const FitnessPolicy& policy, const SyncState& state) const {
    const auto measured = std::count_if(m_sources.value.begin(), m_sources.value.end(), wasCompared);
    return measured >= std::min<qint64>(policy.sourcesMinimum, state.sources.total);
}

void SyncEstimator::trackHoldover(const Observation& observation, SyncState& state) {
    if (state.synchronised) {
        m_wasSynchronised = true;
        m_holdover.reset();
        return;
    }
    // The clock goes with what it follows now, and not with what it learnt before.
    if (m_tracking.at && (!isDisciplined(m_tracking.value) || !m_noTruth.isEmpty())) m_wasSynchronised = false;
    if (!m_wasSynchronised || !m_tracking.at) {
        m_holdover.reset();
        return;
    }
    if (!m_holdover) m_holdover = Holdover{observation.at, observation.atUnixMs};
    state.holdover = true;
    state.holdoverSinceUnixMs = m_holdover->sinceUnixMs;
}

void SyncEstimator::judge(const Observation& observation, const FitnessPolicy& policy, SyncState& state) {
    const auto lostAt = m_holdover ? std::optional(m_holdover->since) : std::nullopt;
    const FitnessInputs inputs{policy, !m_contradiction.isEmpty(), m_jump.has_value(), hasQuorum(policy, state),
                               m_tracking.at ? boundGrowth(m_tracking.value, kSteadyFor) : nanoseconds(0)};
    m_fitness = m_judge.judge(state, inputs, observation.at, lostAt);
    state.fitToAdvertise = isFit(m_fitness);
    state.reason = reasonFor(policy, state);
}

/// With the numbers of this moment.
QString SyncEstimator::reasonFor(const FitnessPolicy& policy, const SyncState& state) const {
    const QString accuracy = QStringLiteral("within %1 of true time").arg(plainDuration(state.errorBound));
    const QString following = QStringLiteral("Following %1 at stratum %2, %3")
                                  .arg(state.source ? state.source->name : QString())
                                  .arg(state.stratum)
                                  .arg(accuracy);
    const QString lost = QStringLiteral("No source has been usable since %1").arg(utcText(state.holdoverSinceUnixMs));
    switch (m_fitness) {
        case Fitness::Fit: return following + u'.';
        case Fitness::FitInHoldover: return lost + QStringLiteral("; the clock still keeps time, %1.").arg(accuracy);
        case Fitness::Settling:
            return (state.synchronised ? following : lost) +
                   QStringLiteral("; not advertised until this has lasted for %1.").arg(plainDuration(kSteadyFor));
        case Fitness::StratumTooHigh:
            return QStringLiteral("Time is at stratum %1, worse than the allowed %2.")
                .arg(state.stratum)
                .arg(policy.worstStratum.value_or(0));
        case Fitness::ErrorTooLarge:
            return (state.synchronised ? following + QStringLiteral(" only")
                                       : lost + QStringLiteral(", and the time is only %1").arg(accuracy)) +
                   QStringLiteral(", not good enough to advertise.");
        case Fitness::HoldoverTooLong: return lost + QStringLiteral(", which is too long to continue advertising.");
        case Fitness::SourcesContradict: return QStringLiteral("Not advertised: %1.").arg(m_contradiction);
        case Fitness::Jumped:
            return QStringLiteral(
                       "%1; not advertised: the time moved by %2 since other sources were followed, and fewer than %3 "
                       "sources confirm that.")
                .arg(following, plainDuration(m_jump->distance))
                .arg(policy.sourcesMinimum);
        case Fitness::NotServed: return QStringLiteral("%1; not advertised: %2").arg(following, policy.whyNotServed);
        case Fitness::TooFewMeasured:
            return QStringLiteral("%1; not advertised until %2 sources have been compared, or for %3.")
                .arg(following)
                .arg(policy.sourcesMinimum)
                .arg(plainDuration(kQuorumPatience));
        case Fitness::NotTriedYet:
            return QStringLiteral("%1; not advertised until it is confirmed that clients are answered.")
                .arg(state.synchronised ? following : lost);
        case Fitness::WouldNotLast:
            return QStringLiteral(
                       "%1; not advertised until the frequency of the clock is known well enough for that to last.")
                .arg(state.synchronised ? following : lost);
        case Fitness::NotSynchronised:
        case Fitness::Unknown: break;
    }
    return whyNotSynchronised(state);
}

QString SyncEstimator::whyNotSynchronised(const SyncState& state) const {
    if (!m_tracking.at) return QStringLiteral("chronyd does not answer.");
    if (!m_noTruth.isEmpty()) return QStringLiteral("Not synchronized: %1.").arg(m_noTruth);
    QString why;
    if (!m_sources.at)
        why = QStringLiteral("the state of the sources is not yet known");
    else if (state.sources.total == 0)
        why = QStringLiteral("no source is configured");
    else if (const QString names = unresolvedNames(m_sources.value); !names.isEmpty() && state.sources.reachable == 0)
        why = QStringLiteral("no address is known yet for %1 (is a DNS server reachable?)").arg(names);
    else if (state.sources.total == 1 && state.sources.reachable == 0)
        why = QStringLiteral("its only source does not answer");
    else if (state.sources.reachable == 0)
        why = QStringLiteral("none of %1 sources answers").arg(state.sources.total);
    else
        why = QStringLiteral("%1 of %2 sources answer, but none is good enough to follow yet")
                  .arg(state.sources.reachable)
                  .arg(state.sources.total);
    if (isLocalReference(m_tracking.value))
        return QStringLiteral("Serving this machine's own clock (local reference): %1.").arg(why);
    return QStringLiteral("Not synchronized: %1.").arg(why);
}

}  // namespace fos1::ntp

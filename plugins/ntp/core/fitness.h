// SPDX-License-Identifier: GPL-2.0-or-later
// Decides whether clients may be told to use this node's time. Pure: all time comes with the state. What was withdrawn
// comes back only after it has been good for a while, so that nobody's configuration follows each flutter.
#pragma once

#include <memory>
#include <optional>

#include "core/source_truth.h"
#include "model/vlan_policy.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// Time that was found unfit has to be good for this long without a break.
inline constexpr std::chrono::seconds kSteadyFor{10};
/// Time is not advertised before as many sources as are declared have been compared, but for no longer than this: one
/// of them may be gone for good.
inline constexpr std::chrono::seconds kQuorumPatience{30};

enum class Fitness {
    Unknown = 0,
    Fit,
    FitInHoldover,
    NotSynchronised,
    Settling,  ///< good, but not yet for kSteadyFor since it was withdrawn
    StratumTooHigh,
    ErrorTooLarge,
    HoldoverTooLong,
    SourcesContradict,  ///< a followed source says that the served time is wrong
    Jumped,             ///< the time moved, and too few sources confirm it
    NotServed,          ///< clients do not get it
    TooFewMeasured,     ///< the declared number of sources has not been compared yet
    NotTriedYet,        ///< whether clients get it is still being found out for the first time
    WouldNotLast,       ///< good now, but its error bound grows past the limit within kSteadyFor
};

[[nodiscard]] inline bool isFit(Fitness fitness) {
    return fitness == Fitness::Fit || fitness == Fitness::FitInHoldover;
}

/// A sentence without measured numbers: it changes when the verdict does.
[[nodiscard]] QString sentence(Fitness fitness);

/// What time is held against.
struct FitnessPolicy {
    std::optional<int> worstStratum;  ///< spec.server.stratum
    HoldoverSpec holdover;
    int sourcesMinimum = 1;                   ///< spec.monitoring.sourcesMinimum
    QString whyNotServed;                     ///< a sentence; empty: clients are answered, as far as is known
    bool isFirstAnswerAwaited = false;        ///< of this node's own addresses, which are being asked
    std::optional<int> localStratum;          ///< of spec.server.local, where it is enabled
    std::shared_ptr<const OwnReference> own;  ///< null: not known
    bool operator==(const FitnessPolicy&) const = default;
};

struct FitnessInputs {
    const FitnessPolicy& policy;
    bool isContradicted = false;
    bool hasJumped = false;
    bool hasQuorum = true;
    /// How much the error bound grows within kSteadyFor until the next measurement. After the first ones chronyd does
    /// not know the frequency of the clock yet, and the bound grows by up to a second per second.
    std::chrono::nanoseconds growth{0};
};

class FitnessJudge {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `state` is complete but for its fitness. `lostAt`: since when it is in holdover. States come in the order of
    /// time.
    [[nodiscard]] Fitness judge(const time::SyncState& state, const FitnessInputs& in, TimePoint now,
                                std::optional<TimePoint> lostAt);

   private:
    [[nodiscard]] bool isQuorumAwaited(const time::SyncState& state, bool hasQuorum, TimePoint now);

    bool m_wasFit = false;     ///< at the last judgement
    bool m_withdrawn = false;  ///< it was fit once and is not now
    std::optional<TimePoint> m_goodSince;
    bool m_hadQuorum = false;  ///< once is enough
    bool m_wasTried = false;   ///< the same, for whether clients are answered
    std::optional<TimePoint> m_quorumAwaitedSince;
};

}  // namespace fos1::ntp

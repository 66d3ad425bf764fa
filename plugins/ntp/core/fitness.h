// SPDX-License-Identifier: GPL-2.0-or-later
// Decides whether clients may be told to use this node's time. Pure: all time comes with the state. What was withdrawn
// comes back only after it has been good for a while, so that nobody's configuration follows each flutter.
#pragma once

#include <optional>

#include "model/vlan_policy.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// Time that was found unfit has to be good for this long without a break.
inline constexpr std::chrono::seconds kSteadyFor{10};

enum class Fitness {
    Unknown = 0,
    Fit,
    FitInHoldover,
    NotSynchronised,
    Settling,  ///< good, but not yet for kSteadyFor since it was withdrawn
    StratumTooHigh,
    ErrorTooLarge,
    HoldoverTooLong,
};

[[nodiscard]] inline bool isFit(Fitness fitness) {
    return fitness == Fitness::Fit || fitness == Fitness::FitInHoldover;
}

/// A sentence without measured numbers: it changes when the verdict does.
[[nodiscard]] QString sentence(Fitness fitness);

struct FitnessPolicy {
    std::optional<int> worstStratum;  ///< spec.server.stratum
    HoldoverSpec holdover;
    bool operator==(const FitnessPolicy&) const = default;
};

class FitnessJudge {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    /// `state` is complete but for its fitness. `lostAt`: since when it is in holdover. States come in the order of
    /// time.
    [[nodiscard]] Fitness judge(const time::SyncState& state, const FitnessPolicy& policy, TimePoint now,
                                std::optional<TimePoint> lostAt);

   private:
    bool m_wasFit = false;     ///< at the last judgement
    bool m_withdrawn = false;  ///< it was fit once and is not now
    std::optional<TimePoint> m_goodSince;
};

}  // namespace fos1::ntp

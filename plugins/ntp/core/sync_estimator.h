// SPDX-License-Identifier: GPL-2.0-or-later
// Decides from what chronyd says how good this node's time is, and whether clients should be told to use it.
// Pure: all time comes with the observations. Knows no chronyd, bus or resource.
#pragma once

#include "core/fitness.h"
#include "core/observation.h"
#include "core/stratum_chase.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// A report that chronyd does not repeat counts for this long: one lost answer changes nothing.
inline constexpr std::chrono::seconds kReportLifetime{5};

class SyncEstimator {
   public:
    /// Observations come in the order of their time.
    [[nodiscard]] time::SyncState update(const Observation& observation, const FitnessPolicy& policy);

    /// Of the last update.
    [[nodiscard]] Fitness fitness() const { return m_fitness; }

    /// The sources of the last update, for status and metrics; empty when not known.
    [[nodiscard]] const std::vector<SourceReport>& sources() const { return m_sources.value; }
    [[nodiscard]] const std::vector<SourceStatistics>& statistics() const { return m_statistics.value; }

    /// Forgets everything: chronyd was stopped.
    void reset() { *this = SyncEstimator(); }

   private:
    template <typename T>
    struct Remembered {
        T value{};
        std::optional<std::chrono::steady_clock::time_point> at;

        void take(const std::optional<T>& report, std::chrono::steady_clock::time_point now) {
            if (report) {
                value = *report;
                at = now;
            } else if (at && now - *at > kReportLifetime) {
                *this = {};
            }
        }
    };

    /// The served time against the machine's clock when it was last believed.
    struct Believed {
        std::chrono::nanoseconds offset{0};
        std::chrono::nanoseconds errorBound{0};
        std::chrono::steady_clock::time_point at;
    };
    struct Jump {
        std::chrono::nanoseconds distance{0};
        std::chrono::steady_clock::time_point since;
    };

    struct Holdover {
        std::chrono::steady_clock::time_point since;
        qint64 sinceUnixMs = 0;
    };

    [[nodiscard]] const SourceReport* followedSource() const;
    void trackHoldover(const Observation& observation, time::SyncState& state);
    /// The sources that were found good and bring no time from outside; empty when one does, or there are none.
    [[nodiscard]] QString whyNoTruth(const FitnessPolicy& policy) const;
    void watchForJump(const Observation& observation, const FitnessPolicy& policy, const time::SyncState& state);
    void compareWithSources(time::SyncState& state);
    [[nodiscard]] bool hasQuorum(const FitnessPolicy& policy, const time::SyncState& state) const;
    void judge(const Observation& observation, const FitnessPolicy& policy, time::SyncState& state);
    [[nodiscard]] QString reasonFor(const FitnessPolicy& policy, const time::SyncState& state) const;
    [[nodiscard]] QString whyNotSynchronised(const time::SyncState& state) const;

    Remembered<Tracking> m_tracking;
    Remembered<std::vector<SourceReport>> m_sources;
    Remembered<std::vector<SourceStatistics>> m_statistics;
    bool m_wasSynchronised = false;
    std::optional<Holdover> m_holdover;
    QString m_noTruth;  ///< why what is followed is no evidence; empty: it is
    std::optional<Believed> m_believed;
    std::optional<Jump> m_jump;  ///< that too few sources confirm
    QString m_contradiction;     ///< what a followed source says against the served time; empty: nothing
    StratumChase m_chase;
    FitnessJudge m_judge;
    Fitness m_fitness = Fitness::Unknown;
};

}  // namespace fos1::ntp

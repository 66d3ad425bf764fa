// SPDX-License-Identifier: GPL-2.0-or-later
// Decides from what chronyd says how good this node's time is, and whether clients should be told to use it.
// Pure: all time comes with the observations. Knows no chronyd, bus or resource.
#pragma once

#include "core/observation.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// A report that chronyd does not repeat counts for this long: one lost answer changes nothing.
inline constexpr std::chrono::seconds kReportLifetime{5};

/// For so long, and as long as the error bound stays below the second constant, time without a source is still good
/// enough to be advertised.
inline constexpr std::chrono::hours kAdvertisedHoldover{1};
inline constexpr std::chrono::seconds kAdvertisedErrorBound{1};

class SyncEstimator {
   public:
    /// `worstStratum`: spec.server.stratum, when set. Observations come in the order of their time.
    [[nodiscard]] time::SyncState update(const Observation& observation, std::optional<int> worstStratum);

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

    struct Holdover {
        std::chrono::steady_clock::time_point since;
        qint64 sinceUnixMs = 0;
    };

    [[nodiscard]] const SourceReport* followedSource() const;
    void trackHoldover(const Observation& observation, time::SyncState& state);
    void judge(const Observation& observation, std::optional<int> worstStratum, time::SyncState& state) const;
    [[nodiscard]] QString whyNotSynchronised(const time::SyncState& state) const;

    Remembered<Tracking> m_tracking;
    Remembered<std::vector<SourceReport>> m_sources;
    Remembered<std::vector<SourceStatistics>> m_statistics;
    bool m_wasSynchronised = false;
    std::optional<Holdover> m_holdover;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Reports as chronyd makes them, and a SyncEstimator that is fed with them at times that the test sets.
#pragma once

#include "core/sync_estimator.h"

namespace fos1::ntp::test {

using namespace std::chrono_literals;
using time::LeapState;
using time::SyncState;

inline constexpr qint64 kStartMs = 1'800'000'000'000;

inline SourceAddress address(quint8 last) { return {SourceAddressKind::Inet4, {10, 0, 0, last}}; }

inline SourceReport source(quint8 last, SourceState state, quint8 reach = 0377) {
    SourceReport report;
    report.address = address(last);
    report.name = QStringLiteral("ntp%1.example").arg(last);
    report.mode = SourceMode::Server;
    report.state = state;
    report.stratum = 1;
    report.reachability = reach;
    return report;
}

inline Tracking normal() {
    Tracking tracking;
    tracking.refId = 0x0A000001;
    tracking.stratum = 2;
    tracking.leap = LeapState::Normal;
    tracking.clockOffset = -2ms;
    tracking.rmsOffset = 7us;
    tracking.frequencyPpb = -1234;
    tracking.rootDelay = 4ms;
    tracking.rootDispersion = 1ms;
    return tracking;
}

inline Tracking unsynchronised() {
    Tracking tracking;
    tracking.leap = LeapState::Unsynchronised;
    tracking.rootDelay = tracking.rootDispersion = 1s;
    return tracking;
}

/// chronyd says leap "normal" of its own clock too.
inline Tracking local() {
    Tracking tracking;
    tracking.refId = 0x7F7F0101;
    tracking.stratum = 10;
    tracking.leap = LeapState::Normal;
    return tracking;
}

/// Feeds observations at a time that the test moves.
struct Clock {
    SyncEstimator estimator;
    std::chrono::seconds now{0};
    FitnessPolicy policy;

    SyncState see(const std::optional<Tracking>& tracking, const std::optional<std::vector<SourceReport>>& sources) {
        Observation observation;
        observation.at = std::chrono::steady_clock::time_point(1000s + now);
        observation.atUnixMs = kStartMs + std::chrono::milliseconds(now).count();
        observation.tracking = tracking;
        observation.sources = sources;
        if (sources) {
            observation.statistics.emplace();
            for (const SourceReport& report : *sources) {
                SourceStatistics statistics;
                statistics.address = report.address;
                statistics.deviation = 42us;
                observation.statistics->push_back(statistics);
            }
        }
        return estimator.update(observation, policy);
    }
    SyncState follow() { return see(normal(), {{source(1, SourceState::Selected)}}); }
    SyncState lose(const Tracking& tracking = normal()) {
        return see(tracking, {{source(1, SourceState::Unusable, 0)}});
    }
};

}  // namespace fos1::ntp::test

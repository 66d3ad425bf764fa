// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/network_opinion.h"

#include <algorithm>

namespace fos1::ntp {

namespace {

using std::chrono::nanoseconds;

struct Interval {
    nanoseconds low;
    nanoseconds high;
};

/// What a source says, with all of its errors up to its own reference.
std::optional<Interval> intervalOf(const SourceReport& source) {
    if (source.mode == SourceMode::ReferenceClock || source.reachability == 0 || !source.sinceSample) return {};
    if (source.selection && source.selection->state == SelectionState::NoSelect) return {};
    nanoseconds error = source.offsetError;
    if (source.ntp) error += source.ntp->rootDispersion + source.ntp->rootDelay / 2;
    return Interval{source.offset - error, source.offset + error};
}

}  // namespace

std::optional<NetworkTime> networkTime(const Observation& observation) {
    if (!observation.sources) return {};
    std::vector<Interval> all;
    for (const SourceReport& source : *observation.sources)
        if (const auto interval = intervalOf(source)) all.push_back(*interval);
    std::optional<Interval> best;
    std::size_t most = 0;
    for (const Interval& start : all) {
        Interval common = start;
        std::size_t count = 0;
        for (const Interval& each : all) {
            if (each.low > start.low || each.high < start.low) continue;
            ++count;
            common.high = std::min(common.high, each.high);
        }
        if (count <= most) continue;
        most = count;
        best = common;
    }
    if (!best || most * 2 <= all.size()) return {};
    const nanoseconds clock = observation.tracking ? observation.tracking->clockOffset : nanoseconds(0);
    return NetworkTime{clock + (best->low + best->high) / 2, (best->high - best->low) / 2, static_cast<int>(most)};
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// When something reached this machine, on two of its clocks.
#pragma once

#include <QtGlobal>

namespace fos1::ntp {

struct Arrival {
    qint64 realNs = 0;  ///< CLOCK_REALTIME: what chronyd corrects
    /// CLOCK_MONOTONIC_RAW: neither set nor slewed by anybody, so it tells a jump of the receiver from one of ours. Off
    /// by up to kSlowestDriftPpm.
    qint64 rawNs = 0;
    bool operator==(const Arrival&) const = default;
};

/// By how much the machine's clock was set or slewed ahead from one to the other.
[[nodiscard]] inline qint64 stepBetween(const Arrival& before, const Arrival& after) {
    return (after.realNs - after.rawNs) - (before.realNs - before.rawNs);
}

inline constexpr qint64 kNsPerSecond = 1'000'000'000;
inline constexpr qint64 kSlowestDriftPpm = 200;

/// Of both clocks now.
[[nodiscard]] Arrival arrivalNow();

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// What became of the instants that a receiver reported. Values only.
#pragma once

#include <array>

#include "refclock/receiver_judge.h"

namespace fos1::ntp {

/// The number of a GPS week has ten bits (IS-GPS-200).
inline constexpr qint64 kRolloverSeconds = qint64{1024} * 7 * 86'400;

struct ReceiverState {
    InstantVerdict last = InstantVerdict::Unknown;  ///< of the last instant, but for BetweenSeconds
    qint64 lastGoodRawNs = 0;                       ///< 0: none
    qint64 lastInstantRawNs = 0;                    ///< that advanced; 0: none
    qint64 lastSentenceRawNs = 0;
    qint64 noFixSinceUnixNs = 0;       ///< by this machine's clock; 0: there is one, or it is not known
    int rollovers = 0;                 ///< that were corrected in the last instant
    qint64 reportedUnixNs = 0;         ///< the last instant, as reported
    std::array<quint64, 16> counts{};  ///< by InstantVerdict

    void note(InstantVerdict verdict, const Arrival& arrival) {
        ++counts[static_cast<std::size_t>(verdict)];
        if (verdict != InstantVerdict::BetweenSeconds) last = verdict;
        if (verdict == InstantVerdict::Good) lastGoodRawNs = arrival.rawNs;
    }
};

}  // namespace fos1::ntp

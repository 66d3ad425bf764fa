// SPDX-License-Identifier: GPL-2.0-or-later
// The page that proposes offset, delay and lock for a receiver from what was measured. Pure.
#pragma once

#include "pages/service_pages.h"

namespace fos1::ntp {

/// What to declare for a receiver whose sentences come so late.
struct ProposedDelay {
    std::chrono::nanoseconds offset{0};       ///< in whole milliseconds
    std::chrono::nanoseconds uncertainty{0};  ///< of the offset
    std::chrono::nanoseconds delay{0};  ///< twice what may be left: the scatter, and the error of what was measured by
};
[[nodiscard]] ProposedDelay proposed(const DelayFacts& measured);

/// `argument`: the reference ID of a receiver, empty for the one that there is, and after a colon, how many instants
/// are to be measured: "NMEA:600".
[[nodiscard]] QCborMap calibratePage(const PageFacts& facts, const QString& argument);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The page that proposes offset and delay of a receiver from what was measured. Pure.
#pragma once

#include "pages/service_pages.h"

namespace fos1::ntp {

/// What to declare for a receiver whose sentences come so late.
struct ProposedDelay {
    std::chrono::nanoseconds offset{0};  ///< in whole milliseconds
    std::chrono::nanoseconds delay{0};   ///< twice what may be left: the scatter, and the error of what was measured by
};
[[nodiscard]] ProposedDelay proposed(const DelayFacts& measured);

/// `name`: the reference ID of a receiver; empty: the one that there is.
[[nodiscard]] QCborMap calibratePage(const PageFacts& facts, const QString& name);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// What the sources in the network, without any attached clock, agree on as the time. Pure.
#pragma once

#include <optional>

#include "core/observation.h"

namespace fos1::ntp {

struct NetworkTime {
    std::chrono::nanoseconds clockOffset{0};  ///< the system clock minus the time that they agree on
    std::chrono::nanoseconds errorBound{0};
    int sources = 0;
    bool operator==(const NetworkTime&) const = default;
};

/// The narrowest interval that more than half of the answering sources have in common (Marzullo's algorithm, as in RFC
/// 5905, section 11.2.1). Nothing: they do not agree, or none answers.
[[nodiscard]] std::optional<NetworkTime> networkTime(const Observation& observation);

}  // namespace fos1::ntp

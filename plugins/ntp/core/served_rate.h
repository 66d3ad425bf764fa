// SPDX-License-Identifier: GPL-2.0-or-later
// A limit of the spec as topics publish it. Pure.
#pragma once

#include <optional>

#include "model/security_spec.h"
#include "time/service_state.h"

namespace fos1::ntp {

[[nodiscard]] inline std::optional<time::ServedRate> servedRate(const RateLimitSpec& limit) {
    if (!limit.enabled) return std::nullopt;
    return time::ServedRate{limit.interval, limit.burst};
}

}  // namespace fos1::ntp

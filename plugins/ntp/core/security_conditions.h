// SPDX-License-Identifier: GPL-2.0-or-later
// Says how keys and certificates fare. Pure.
#pragma once

#include "core/service_status.h"

namespace fos1::ntp {

inline constexpr int kExpiryWarningDays = 14;

[[nodiscard]] std::vector<Condition> securityConditions(const StatusInput& in);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The conditions of an NTPService, one question each. Pure.
#pragma once

#include <vector>

#include "fos1/condition.h"

namespace fos1::ntp {

struct StatusInput;

/// Ready, Synchronized, OffsetWithinLimits, SystemClockWithinLimits, Serving, DaemonHealthy, EnoughSources,
/// StratumAsExpected, FullyImplemented, and those that not every node has: NoRivalTimeDaemon, of security.
[[nodiscard]] std::vector<Condition> conditionsOf(const StatusInput& input);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Attached clocks as directives of chrony.conf(5), "refclock". Pure.
#pragma once

#include "core/chrony_plan.h"
#include "core/config_text.h"

namespace fos1::ntp {

/// Where the samples of a receiver are given to chronyd: a datagram socket that chronyd makes when it starts.
[[nodiscard]] QString sampleSocket(const ChronyPaths& paths);

/// How far off the time of a receiver counts as being, where its delay is not known: sentences name the second in which
/// they come. Half of the delay counts (chrony.conf(5), "delay").
[[nodiscard]] std::chrono::nanoseconds delayOf(const GpsSpec& gps);

/// A device that chronyd could not open would end it, so it is left out until it appears.
void writeRefclocks(ConfigText& out, const HardwareSpec& spec, const ChronyPaths& paths, const Materials& materials,
                    std::vector<LeftOut>& leftOut);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// spec.server as lines of chrony.conf(5), and what of it must be left out. Pure.
#pragma once

#include "core/chrony_plan.h"
#include "core/config_text.h"

namespace fos1::ntp {

/// With the stratum that counts, and without what this chronyd does not support.
[[nodiscard]] LocalSpec effectiveLocal(const ServingSpec& server, const ChronyVersion& version,
                                       std::vector<LeftOut>& leftOut);

/// A chronyd that does not set the clock (-x) cannot step it either: it loses what it wanted to step, and serves time
/// that is off by as much (chrony 4.3). What it serves is corrected at once anyway.
void leaveOutClockSettings(const ServingSpec& server, std::vector<LeftOut>& leftOut);

/// Driftfile, clock, local reference and sockets. `plan` has its online settings.
void writeServing(ConfigText& out, const ServingSpec& server, const PlanOptions& options, const Materials& materials,
                  ChronyPlan& plan);

/// What is one number each, the logs, and the real-time clock.
void writeServingValues(ConfigText& out, const ServingSpec& server, const PlanOptions& options,
                        const Materials& materials, std::vector<LeftOut>& leftOut);

/// What requests to sources are sent from.
void writeRequests(ConfigText& out, const NtpServiceSpec& spec);

/// An interface that cannot be had is fatal for chronyd.
void writeHwTimestamp(ConfigText& out, const std::vector<HwTimestampSpec>& interfaces, const Materials& materials,
                      std::vector<LeftOut>& leftOut);

/// chrony.conf(5), leapsecmode and smoothtime: the smear of the manual page's example, over 17 hours.
void writeLeap(ConfigText& out, const LeapSpec& leap, const ChronyVersion& version, std::vector<LeftOut>& leftOut);

}  // namespace fos1::ntp

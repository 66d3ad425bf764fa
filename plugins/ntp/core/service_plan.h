// SPDX-License-Identifier: GPL-2.0-or-later
// Decides how time is served in each VLAN. Pure: bridges are told facts to act on, and never the spec.
#pragma once

#include <map>

#include "core/known_vlans.h"
#include "core/prefix_table.h"
#include "model/ntp_service_spec.h"
#include "time/service_state.h"

namespace fos1::ntp {

/// How chronyd fares, as far as the VLANs are concerned.
struct ServingNow {
    bool isRunning = false;
    bool isNtsServed = false;
    bool isFit = false;  ///< time.sync/v1, fit_to_advertise
    QString why;         ///< time.sync/v1, reason
    bool operator==(const ServingNow&) const = default;
};

/// The policy in force in every VLAN that is known or named. `answers`: the access rules that chronyd has, which say
/// more than the spec while a change is under way, was refused, or a rule of the spec denies a VLAN's network.
[[nodiscard]] std::map<QString, time::ServiceState> planVlans(const NtpServiceSpec& spec, const Vlans& vlans,
                                                              const PrefixTable<Permission>& answers,
                                                              const ServingNow& now);

}  // namespace fos1::ntp

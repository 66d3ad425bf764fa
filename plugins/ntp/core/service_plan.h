// SPDX-License-Identifier: GPL-2.0-or-later
// Decides how time is served in each VLAN and to each group of clients, and what that asks of chronyd. Pure: bridges
// are told facts to act on, and never the spec.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/materials.h"
#include "core/prefix_table.h"
#include "model/ntp_service_spec.h"
#include "network/vlan.h"
#include "time/client_state.h"
#include "time/service_state.h"
#include "time/sync_state.h"

namespace fos1::ntp {

/// A VLAN as it was last told; `isKnown` false: its teller is gone, and what it said may be wrong.
struct KnownVlan {
    network::VlanState state;
    bool isKnown = true;
    bool operator==(const KnownVlan&) const = default;
};

using Vlans = std::map<QString, KnownVlan>;

/// An NTPClient of the service's namespace. Earlier ones in a list win a tie.
struct ClientGroup {
    QString name;
    ClientGroupSpec spec;
    bool operator==(const ClientGroup&) const = default;
};

struct GroupOutcome {
    time::ClientState state;        ///< what is in force; without networks: nothing is
    std::vector<QString> problems;  ///< sentences: a network that somebody else has, a VLAN that is not there
    bool operator==(const GroupOutcome&) const = default;
};

/// What follows from the specs and the VLANs alone; it changes when they do, and not with each measurement.
struct AccessPlan {
    VlanRules rules;                          ///< for chronyd
    std::map<QString, GroupOutcome> groups;   ///< by NTPClient
    std::vector<QString> entriesWithoutVlan;  ///< "spec.vlanConfig[2] (vlan-40)"
    bool operator==(const AccessPlan&) const = default;
};

[[nodiscard]] AccessPlan planAccess(const NtpServiceSpec& spec, const std::vector<ClientGroup>& groups,
                                    const Vlans& vlans);

/// What holds for the groups of clients where `wanted` did not come into force, because of `why`; `inForce` may be
/// null.
[[nodiscard]] std::map<QString, GroupOutcome> withoutChange(const std::map<QString, GroupOutcome>& wanted,
                                                            const std::map<QString, GroupOutcome>* inForce,
                                                            const QString& why);

/// Network -> VLAN.
[[nodiscard]] PrefixTable<QString> networksOf(const Vlans& vlans);

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

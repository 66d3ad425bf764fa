// SPDX-License-Identifier: GPL-2.0-or-later
// Decides how time is served in each VLAN. Pure: bridges are told facts to act on, and never the spec.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/fitness.h"
#include "core/known_vlans.h"
#include "core/prefix_table.h"
#include "core/serving_facts.h"
#include "model/ntp_service_spec.h"
#include "time/service_state.h"

namespace fos1::ntp {

/// How chronyd fares, as far as the VLANs are concerned.
struct ServingNow {
    bool isRunning = false;
    bool isNtsServed = false;
    bool isFit = false;  ///< time.sync/v1, fit_to_advertise
    QString why;         ///< time.sync/v1, reason
    /// Null: nothing was found out. Another object whenever something changed.
    std::shared_ptr<const ServingFacts> serving = {};
    bool operator==(const ServingNow&) const = default;
};

/// Why no client gets the time, a sentence; empty: clients do, nobody is to, or it is not known.
[[nodiscard]] QString whyNobodyServed(const NtpServiceSpec& spec, const ServingFacts* serving);

/// What the time of a service is held against. `serving`: null: nothing was found out; `own`: null: not known.
[[nodiscard]] FitnessPolicy fitnessPolicyOf(const NtpServiceSpec& spec, const ServingFacts* serving,
                                            std::shared_ptr<const OwnReference> own);

/// Whether chronyd has a socket for this address: it binds every address of a family, or the one that is given.
[[nodiscard]] bool isBound(const ServingSpec& server, const IpAddress& address);

/// `entries`: AccessPlan::entriesWithoutVlan, at least one.
[[nodiscard]] QString whyNoVlan(const std::vector<QString>& entries);

/// The addresses of this node at which clients are to be answered, by the access rules that chronyd has; those of the
/// VLANs, or without any, `others`. Link-local ones are left out. Where clients are answered on one interface alone,
/// these are its own addresses: a request to them that stays within the machine counts as received there.
[[nodiscard]] std::vector<IpAddress> addressesToAnswer(const NtpServiceSpec& spec, const Vlans& vlans,
                                                       const PrefixTable<Permission>& answers,
                                                       const std::function<std::vector<IpAddress>()>& others);

/// The policy in force in every VLAN that is known or named. `answers`: the access rules that chronyd has, which say
/// more than the spec while a change is under way, was refused, or a rule of the spec denies a VLAN's network.
[[nodiscard]] std::map<QString, time::ServiceState> planVlans(const NtpServiceSpec& spec, const Vlans& vlans,
                                                              const PrefixTable<Permission>& answers,
                                                              const ServingNow& now);

}  // namespace fos1::ntp

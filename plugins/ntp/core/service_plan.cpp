// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/service_plan.h"

#include "core/access_table.h"
#include "core/plain_text.h"
#include "core/served_rate.h"

namespace fos1::ntp {

namespace {

using time::ServiceState;

bool isBoundTo(const ServingSpec& server, const QString& interface) {
    return server.bindDevice.isEmpty() || server.bindDevice == interface;
}

QString whyNotAccepting(const NtpServiceSpec& spec, const std::optional<VlanPolicy>& policy, const ServingNow& now) {
    if (!spec.enabled) return QStringLiteral("The time service is switched off.");
    if (!policy) return QStringLiteral("Neither spec.vlanConfig nor spec.vlanDefaults is set.");
    if (!policy->enabled) return QStringLiteral("The policy of this VLAN disables the service.");
    if (spec.server.port == 0) return QStringLiteral("The service answers no clients (spec.server.port is 0).");
    if (!now.isRunning) return QStringLiteral("The time daemon is not running.");
    return {};
}

/// Why clients are not answered at an address, as far as is known; empty where they are.
QString whyUnserved(const NtpServiceSpec& spec, const QString& interface, const IpAddress& address,
                    const ServingNow& now) {
    if (!isBoundTo(spec.server, interface))
        return QStringLiteral("is reached through %1, and clients are answered only on %2 (spec.server.bindDevice)")
            .arg(interface, spec.server.bindDevice);
    if (!isBound(spec.server, address)) return QStringLiteral("is not among spec.server.bindAddresses");
    if (!now.serving) return {};
    const auto found = now.serving->unserved.find(address);
    return found == now.serving->unserved.end() ? QString() : found->second;
}

ServiceState planVlan(const NtpServiceSpec& spec, const KnownVlan* vlan, const std::optional<VlanPolicy>& policy,
                      const PrefixTable<Permission>& answers, const ServingNow& now) {
    ServiceState state;
    const VlanPolicy wanted = policy.value_or(VlanPolicy{false, false, true, false, false, std::nullopt});
    state.port = spec.server.port;
    state.clientsOnly = wanted.clientsOnly;
    state.opensOnFailure = spec.opensOnFailure;
    std::vector<time::ServedAddress> answered;
    QString unserved;
    bool isPending = false;
    if (vlan) {
        state.interface = vlan->state.interface;
        for (const OwnAddress& each : addressesOf(vlan->state)) {
            state.addresses.push_back({each.address.text(), each.network.length});
            if (!answersAnyOf(answers, each.network)) continue;
            const QString why = whyUnserved(spec, vlan->state.interface, each.address, now);
            if (why.isEmpty())
                answered.push_back(state.addresses.back());
            else if (unserved.isEmpty())
                unserved = QStringLiteral("%1 %2").arg(each.address.text(), why);
            isPending = isPending || (now.serving && now.serving->pending.contains(each.address));
        }
    }
    state.reason = whyNotAccepting(spec, policy, now);
    if (state.reason.isEmpty() && answered.empty() && !state.addresses.empty())
        state.reason = unserved.isEmpty() ? QStringLiteral("The time daemon does not answer the networks of this VLAN.")
                                          : QStringLiteral("Clients of this VLAN are not answered: %1.").arg(unserved);
    state.accepting = state.reason.isEmpty();
    if (!state.accepting) return state;
    state.addresses = std::move(answered);
    state.broadcast = wanted.broadcast;
    state.redirect = wanted.redirect;
    state.ntsPort = now.isNtsServed && wanted.nts ? spec.nts.port : 0;
    state.rateLimit = servedRate(wanted.rateLimit.value_or(spec.rateLimit));
    state.dhcp = spec.advertise.dhcp;
    state.dnsName = spec.advertise.dnsName;
    state.dnsZone = spec.advertise.dnsZone;
    if (!vlan)
        state.reason = QStringLiteral("Not advertised: there is no VLAN with this name.");
    else if (!vlan->isKnown)
        state.reason = QStringLiteral("Not advertised: the state of the VLAN is unknown.");
    else if (!vlan->state.up)
        state.reason =
            QStringLiteral("Not advertised: the link of the VLAN is down. %1").arg(vlan->state.reason).trimmed();
    else if (state.addresses.empty())
        state.reason = QStringLiteral("Not advertised: this node has no address in the VLAN.");
    else if (isPending)
        state.reason =
            QStringLiteral("Not advertised: it is not yet confirmed that clients of this VLAN are answered.");
    else if (!now.isFit)
        state.reason = QStringLiteral("Not advertised: %1").arg(now.why);
    else
        state.reason = now.why;
    state.advertise = vlan && vlan->isKnown && vlan->state.up && !state.addresses.empty() && !isPending && now.isFit;
    return state;
}

}  // namespace

QString whyNobodyServed(const NtpServiceSpec& spec, const ServingFacts* serving) {
    if (spec.server.port == 0) return QStringLiteral("The service answers no clients (spec.server.port is 0).");
    if (!serving || !serving->isNobodyServed()) return {};
    return QStringLiteral("Clients are not answered on UDP port %1: %2.").arg(spec.server.port).arg(serving->problem());
}

FitnessPolicy fitnessPolicyOf(const NtpServiceSpec& spec, const ServingFacts* serving,
                              std::shared_ptr<const OwnReference> own) {
    FitnessPolicy policy;
    policy.worstStratum = spec.server.stratum;
    policy.holdover = spec.advertise.holdover;
    policy.sourcesMinimum = spec.monitoring.enabled ? spec.monitoring.sourcesMinimum : 1;
    policy.whyNotServed = whyNobodyServed(spec, serving);
    policy.isFirstAnswerAwaited = serving && serving->isUndecided();
    if (spec.server.local.enabled)
        policy.localStratum = spec.server.local.stratum.value_or(spec.server.stratum.value_or(kDefaultLocalStratum));
    policy.own = std::move(own);
    return policy;
}

QString whyNoVlan(const std::vector<QString>& entries) {
    return QStringLiteral(
               "There is no VLAN for %1. A VLAN object declares one, and the plugin vlan-inventory reports it.")
        .arg(someOf(QStringList(entries.begin(), entries.end())));
}

bool isBound(const ServingSpec& server, const IpAddress& address) {
    bool isAny = true;
    for (const IpAddress& bound : server.bindAddresses) {
        if (bound == address) return true;
        if (bound.family == address.family) isAny = false;
    }
    return isAny;
}

std::vector<IpAddress> addressesToAnswer(const NtpServiceSpec& spec, const Vlans& vlans,
                                         const PrefixTable<Permission>& answers,
                                         const std::function<std::vector<IpAddress>()>& others) {
    std::vector<IpAddress> addresses;
    if (!spec.enabled || spec.server.port == 0) return addresses;
    const auto add = [&](const IpAddress& address) {
        if (!address.isLinkLocal6() && isBound(spec.server, address) && decide(answers, address) == Permission::Allow)
            addresses.push_back(address);
    };
    for (const auto& [name, vlan] : vlans)
        if (vlan.isKnown && vlan.state.up && isBoundTo(spec.server, vlan.state.interface))
            for (const OwnAddress& each : addressesOf(vlan.state)) add(each.address);
    if (!addresses.empty()) return addresses;
    for (const IpAddress& address : spec.server.bindAddresses.empty() ? others() : spec.server.bindAddresses)
        add(address);
    return addresses;
}

std::map<QString, ServiceState> planVlans(const NtpServiceSpec& spec, const Vlans& vlans,
                                          const PrefixTable<Permission>& answers, const ServingNow& now) {
    std::map<QString, ServiceState> states;
    const VlanPolicies policies(spec.vlans);
    for (const auto& [name, vlan] : vlans) states.emplace(name, planVlan(spec, &vlan, policies.of(name), answers, now));
    for (const VlanEntry& entry : spec.vlans.entries)
        if (!states.contains(entry.vlan))
            states.emplace(entry.vlan, planVlan(spec, nullptr, entry.policy, answers, now));
    return states;
}

}  // namespace fos1::ntp

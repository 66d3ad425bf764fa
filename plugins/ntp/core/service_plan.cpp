// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/service_plan.h"

#include <set>

#include "core/access_table.h"

namespace fos1::ntp {

namespace {

using time::ServiceState;

std::optional<time::ServedRate> servedRate(const RateLimitSpec& limit) {
    if (!limit.enabled) return std::nullopt;
    return time::ServedRate{limit.interval, limit.burst};
}

/// Entry by VLAN, since there may be thousands of both.
class Policies {
   public:
    explicit Policies(const VlansSpec& spec) : m_spec(spec) {
        for (const VlanEntry& entry : spec.entries) m_entries.emplace(entry.vlan, &entry.policy);
    }

    /// Nothing where the spec says nothing about VLANs at all.
    [[nodiscard]] std::optional<VlanPolicy> of(const QString& vlan) const {
        if (const auto entry = m_entries.find(vlan); entry != m_entries.end()) return *entry->second;
        if (!m_spec.isGiven()) return std::nullopt;
        return m_spec.defaults.value_or(VlanPolicy());
    }

   private:
    const VlansSpec& m_spec;
    std::map<QString, const VlanPolicy*> m_entries;
};

struct OwnAddress {
    IpAddress address;
    IpPrefix network;
    std::optional<IpAddress> broadcast;
};

/// The kernel has none when nobody set it; the network has one all the same.
std::optional<IpAddress> broadcastOf(const IpPrefix& network, const QString& given) {
    if (const auto address = IpAddress::parse(given)) return address;
    if (network.address.family != AddressFamily::Inet4 || network.length > 30) return std::nullopt;
    return network.last();
}

std::vector<OwnAddress> addressesOf(const network::VlanState& vlan) {
    std::vector<OwnAddress> list;
    for (const network::VlanAddress& each : vlan.addresses) {
        const auto address = IpAddress::parse(each.address);
        if (!address || each.prefixLength < 0 || each.prefixLength > address->bits()) continue;
        const IpPrefix network = IpPrefix{*address, each.prefixLength}.network();
        list.push_back({*address, network, broadcastOf(network, each.broadcast)});
    }
    return list;
}

/// Whose network is in chronyd's table already, in words.
class Taken {
   public:
    /// False, with a sentence in `problems`, when another has it.
    bool take(const IpPrefix& network, const QString& who, std::vector<QString>& problems) {
        const auto [holder, isNew] = m_networks.try_emplace(network, who);
        if (!isNew && holder->second != who)
            problems.push_back(QStringLiteral("%1 belongs to %2 already").arg(network.text(), holder->second));
        return isNew;
    }

   private:
    std::map<IpPrefix, QString> m_networks;
};

void planGroup(const ClientGroup& group, const Vlans& vlans, Taken& taken, AccessPlan& plan) {
    GroupOutcome& outcome = plan.groups[group.name];
    const QString who = QStringLiteral("NTPClient ") + group.name;
    const auto add = [&](const IpPrefix& network) {
        if (!taken.take(network, who, outcome.problems)) return;
        outcome.state.networks.append(network.text());
        plan.rules.access.push_back({network, group.spec.allow ? Permission::Allow : Permission::Deny});
    };
    for (const IpPrefix& network : group.spec.networks) add(network);
    for (const QString& name : group.spec.vlans) {
        const auto vlan = vlans.find(name);
        if (vlan == vlans.end()) {
            outcome.problems.push_back(QStringLiteral("there is no VLAN %1").arg(name));
            continue;
        }
        for (const OwnAddress& each : addressesOf(vlan->second.state)) add(each.network);
    }
    outcome.state.allow = group.spec.allow;
    outcome.state.requireNts = group.spec.requireNts;
    outcome.state.redirect = group.spec.redirect;
    if (group.spec.rateLimit) outcome.state.rateLimit = servedRate(*group.spec.rateLimit);
    for (const IpAddress& server : group.spec.servers) outcome.state.servers.append(server.text());
}

QString whyNotAccepting(const NtpServiceSpec& spec, const std::optional<VlanPolicy>& policy, const ServingNow& now) {
    if (!spec.enabled) return QStringLiteral("The time service is switched off.");
    if (!policy) return QStringLiteral("Neither spec.vlanConfig nor spec.vlanDefaults says anything about VLANs.");
    if (!policy->enabled) return QStringLiteral("The policy of this VLAN is not to answer.");
    if (spec.server.port == 0) return QStringLiteral("The service answers nobody (spec.server.port is 0).");
    if (!now.isRunning) return QStringLiteral("The time daemon does not run.");
    return {};
}

ServiceState planVlan(const NtpServiceSpec& spec, const KnownVlan* vlan, const std::optional<VlanPolicy>& policy,
                      const PrefixTable<Permission>& answers, const ServingNow& now) {
    ServiceState state;
    const VlanPolicy wanted = policy.value_or(VlanPolicy{false, false, true, false, false, std::nullopt});
    state.port = spec.server.port;
    state.clientsOnly = wanted.clientsOnly;
    state.opensOnFailure = spec.opensOnFailure;
    std::vector<time::ServedAddress> answered;
    if (vlan) {
        state.interface = vlan->state.interface;
        for (const OwnAddress& each : addressesOf(vlan->state)) {
            state.addresses.push_back({each.address.text(), each.network.length});
            if (answersAnyOf(answers, each.network)) answered.push_back(state.addresses.back());
        }
    }
    state.reason = whyNotAccepting(spec, policy, now);
    if (state.reason.isEmpty() && answered.empty() && !state.addresses.empty())
        state.reason = QStringLiteral("The time daemon does not answer the networks of this VLAN.");
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
        state.reason = QStringLiteral("Not advertised: there is no VLAN of this name.");
    else if (!vlan->isKnown)
        state.reason = QStringLiteral("Not advertised: the state of the VLAN is not known.");
    else if (!vlan->state.up)
        state.reason =
            QStringLiteral("Not advertised: the link of the VLAN is down. %1").arg(vlan->state.reason).trimmed();
    else if (state.addresses.empty())
        state.reason = QStringLiteral("Not advertised: this node has no address in the VLAN.");
    else if (!now.isFit)
        state.reason = QStringLiteral("Not advertised: %1").arg(now.why);
    else
        state.reason = now.why;
    state.advertise = vlan && vlan->isKnown && vlan->state.up && !state.addresses.empty() && now.isFit;
    return state;
}

}  // namespace

PrefixTable<QString> networksOf(const Vlans& vlans) {
    PrefixTable<QString> networks;
    for (const auto& [name, vlan] : vlans)
        for (const OwnAddress& each : addressesOf(vlan.state)) networks.set(each.network, name);
    return networks;
}

AccessPlan planAccess(const NtpServiceSpec& spec, const std::vector<ClientGroup>& groups, const Vlans& vlans) {
    AccessPlan plan;
    Taken taken;
    std::vector<QString> nobodys;
    for (const AccessRule& rule : spec.access)
        taken.take(rule.network, QStringLiteral("security.access of the NTPService"), nobodys);
    for (const ClientGroup& group : groups) planGroup(group, vlans, taken, plan);

    const Policies policies(spec.vlans);
    std::map<IpPrefix, Permission> ofVlans;
    std::set<IpAddress> broadcasts;
    for (const auto& [name, vlan] : vlans) {
        const std::optional<VlanPolicy> policy = policies.of(name);
        if (!policy) continue;
        for (const OwnAddress& each : addressesOf(vlan.state)) {
            // A network in two VLANs is answered only when both are.
            const auto [rule, isNew] =
                ofVlans.try_emplace(each.network, policy->enabled ? Permission::Allow : Permission::Deny);
            if (!isNew && !policy->enabled) rule->second = Permission::Deny;
            if (policy->enabled && policy->broadcast && each.broadcast) broadcasts.insert(*each.broadcast);
        }
    }
    for (const auto& [network, permission] : ofVlans)
        if (taken.take(network, QStringLiteral("a VLAN"), nobodys)) plan.rules.access.push_back({network, permission});
    plan.rules.broadcasts.assign(broadcasts.begin(), broadcasts.end());
    for (const VlanEntry& entry : spec.vlans.entries)
        if (!vlans.contains(entry.vlan))
            plan.entriesWithoutVlan.push_back(QStringLiteral("%1 (%2)").arg(entry.path, entry.vlan));
    return plan;
}

std::map<QString, GroupOutcome> withoutChange(const std::map<QString, GroupOutcome>& wanted,
                                              const std::map<QString, GroupOutcome>* inForce, const QString& why) {
    std::map<QString, GroupOutcome> outcomes;
    for (const auto& [name, group] : wanted) {
        GroupOutcome& outcome = outcomes[name];
        const auto held = inForce ? inForce->find(name) : std::map<QString, GroupOutcome>::const_iterator();
        if (inForce && held != inForce->end()) outcome.state = held->second.state;
        outcome.problems = group.problems;
        if (outcome.state != group.state)
            outcome.problems.push_back(QStringLiteral("the time daemon did not take the change (%1)").arg(why));
    }
    return outcomes;
}

std::map<QString, ServiceState> planVlans(const NtpServiceSpec& spec, const Vlans& vlans,
                                          const PrefixTable<Permission>& answers, const ServingNow& now) {
    std::map<QString, ServiceState> states;
    const Policies policies(spec.vlans);
    for (const auto& [name, vlan] : vlans) states.emplace(name, planVlan(spec, &vlan, policies.of(name), answers, now));
    for (const VlanEntry& entry : spec.vlans.entries)
        if (!states.contains(entry.vlan))
            states.emplace(entry.vlan, planVlan(spec, nullptr, entry.policy, answers, now));
    return states;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/access_plan.h"

#include <tuple>
#include <utility>

#include "core/served_rate.h"

namespace fos1::ntp {

bool AccessPlanner::Earlier::operator()(const Claim& a, const Claim& b) const {
    if (a.network != b.network) return isBefore(a.network, b.network);
    return std::tie(a.group->second.createdUnix, a.group->first) <
           std::tie(b.group->second.createdUnix, b.group->first);
}

void AccessPlanner::set(const ClientGroup& group) {
    const auto [known, isNew] = m_groups.try_emplace(group.name);
    Group& held = known->second;
    if (!isNew && held.createdUnix == group.createdUnix && held.spec == group.spec) return;
    m_doubted.insert(&*known);
    m_isOtherSet |= isNew;
    const bool isClaimSame = !isNew && held.createdUnix == group.createdUnix && held.spec.allow == group.spec.allow &&
                             held.spec.networks == group.spec.networks && held.spec.vlans == group.spec.vlans;
    if (isClaimSame) {
        held.spec = group.spec;
        return;
    }
    withdraw(*known);
    held.createdUnix = group.createdUnix;
    held.spec = group.spec;
    claim(*known);
}

void AccessPlanner::remove(const QString& name) {
    const auto known = m_groups.find(name);
    if (known == m_groups.end()) return;
    withdraw(*known);
    m_doubted.erase(&*known);
    m_isOtherSet = true;
    m_groups.erase(known);
}

/// Also of the VLANs that it names, as they were at the last plan; one may come twice.
template <typename Use>
void AccessPlanner::forEachNetwork(const ClientGroupSpec& spec, Use use) const {
    for (const IpPrefix& network : spec.networks) use(network);
    for (const QString& name : spec.vlans)
        if (const auto vlan = m_vlans.find(name); vlan != m_vlans.end())
            for (const OwnAddress& each : addressesOf(vlan->second.state)) use(each.network);
}

void AccessPlanner::claim(Groups::value_type& group) {
    m_rules.reset();
    forEachNetwork(group.second.spec, [&](const IpPrefix& network) {
        const auto [claim, isNew] = m_claims.insert({network, &group});
        // The others are told which one has it, and not which ones want it too.
        if (isNew && claim == m_claims.lower_bound(network)) doubtAll(network);
    });
}

void AccessPlanner::withdraw(Groups::value_type& group) {
    m_rules.reset();
    forEachNetwork(group.second.spec, [&](const IpPrefix& network) {
        const auto claim = m_claims.find({network, &group});
        if (claim == m_claims.end()) return;
        if (claim == m_claims.lower_bound(network)) doubtAll(network);
        m_claims.erase(claim);
    });
}

void AccessPlanner::doubtAll(const IpPrefix& network) {
    const auto [first, last] = m_claims.equal_range(network);
    for (auto claim = first; claim != last; ++claim) m_doubted.insert(claim->group);
}

void AccessPlanner::take(const std::vector<AccessRule>& own) {
    if (m_own == own) return;
    m_rules.reset();
    for (const AccessRule& rule : m_own) doubtAll(rule.network);
    for (const AccessRule& rule : own) doubtAll(rule.network);
    m_own = own;
    m_ownNetworks.clear();
    for (const AccessRule& rule : own) m_ownNetworks.insert(rule.network);
}

void AccessPlanner::take(const VlansSpec& spec, const Vlans& vlans) {
    const bool isOther = m_vlans != vlans;
    if (!isOther && m_vlansSpec == spec) return;
    m_rules.reset();
    if (isOther) replaceVlans(vlans);
    m_vlansSpec = spec;
    m_ofVlans = ofVlans(m_vlansSpec, m_vlans);
}

void AccessPlanner::replaceVlans(const Vlans& vlans) {
    std::vector<Groups::value_type*> byVlan;
    for (auto& group : m_groups)
        if (!group.second.spec.vlans.empty()) byVlan.push_back(&group);
    for (Groups::value_type* group : byVlan) withdraw(*group);
    m_vlans = vlans;
    for (Groups::value_type* group : byVlan) {
        claim(*group);
        m_doubted.insert(group);
    }
}

AccessPlanner::OfVlans AccessPlanner::ofVlans(const VlansSpec& spec, const Vlans& vlans) {
    OfVlans result;
    const VlanPolicies policies(spec);
    for (const auto& [name, vlan] : vlans) {
        const std::optional<VlanPolicy> policy = policies.of(name);
        if (!policy) continue;
        for (const OwnAddress& each : addressesOf(vlan.state)) {
            // A network in two VLANs is answered only when both are.
            const auto [rule, isNew] =
                result.access.try_emplace(each.network, policy->enabled ? Permission::Allow : Permission::Deny);
            if (!isNew && !policy->enabled) rule->second = Permission::Deny;
            if (policy->enabled && policy->broadcast && each.broadcast) result.broadcasts.insert(*each.broadcast);
        }
    }
    for (const VlanEntry& entry : spec.entries)
        if (!vlans.contains(entry.vlan))
            result.entriesWithoutVlan.push_back(QStringLiteral("%1 (%2)").arg(entry.path, entry.vlan));
    return result;
}

GroupOutcome AccessPlanner::outcomeOf(const Groups::value_type& group) const {
    const ClientGroupSpec& spec = group.second.spec;
    GroupOutcome outcome;
    std::set<IpPrefix> seen;
    forEachNetwork(spec, [&](const IpPrefix& network) {
        if (!seen.insert(network).second) return;
        const Groups::value_type* holder = m_claims.lower_bound(network)->group;
        if (m_ownNetworks.contains(network))
            outcome.problems.push_back(
                QStringLiteral("%1 already belongs to security.access of the NTPService").arg(network.text()));
        else if (holder != &group)
            outcome.problems.push_back(
                QStringLiteral("%1 already belongs to NTPClient %2").arg(network.text(), holder->first));
        else
            outcome.state.networks.append(network.text());
    });
    for (const QString& name : spec.vlans)
        if (!m_vlans.contains(name)) outcome.problems.push_back(QStringLiteral("there is no VLAN %1").arg(name));
    outcome.state.allow = spec.allow;
    outcome.state.requireNts = spec.requireNts;
    outcome.state.redirect = spec.redirect;
    if (spec.rateLimit) outcome.state.rateLimit = servedRate(*spec.rateLimit);
    for (const IpAddress& server : spec.servers) outcome.state.servers.append(server.text());
    return outcome;
}

std::vector<AccessRule> AccessPlanner::rules() const {
    std::vector<AccessRule> rules;
    rules.reserve(m_claims.size() + m_ofVlans.access.size());
    const IpPrefix* last = nullptr;
    for (const Claim& claim : m_claims) {
        const bool isFirst = !last || claim.network != *last;
        last = &claim.network;
        if (isFirst && !m_ownNetworks.contains(claim.network))
            rules.push_back({claim.network, claim.group->second.spec.allow ? Permission::Allow : Permission::Deny});
    }
    for (const auto& [network, permission] : m_ofVlans.access)
        if (!m_ownNetworks.contains(network) && !m_claims.contains(network)) rules.push_back({network, permission});
    return rules;
}

void AccessPlanner::planGroups() {
    std::vector<GroupOutcomes::value_type> others;
    for (Groups::value_type* group : m_doubted) {
        GroupOutcome next = outcomeOf(*group);
        GroupOutcomePointer& outcome = group->second.outcome;
        if (outcome && *outcome == next) continue;
        outcome = std::make_shared<const GroupOutcome>(std::move(next));
        others.emplace_back(group->first, outcome);
    }
    m_doubted.clear();
    if (std::exchange(m_isOtherSet, false)) {
        GroupOutcomes::Items all;
        all.reserve(m_groups.size());
        for (const auto& [name, group] : m_groups) all.emplace_back(name, group.outcome);
        m_outcomes = GroupOutcomes(std::move(all));
    } else if (!others.empty()) {
        m_outcomes = m_outcomes.with(others);
    }
}

AccessPlan AccessPlanner::plan(const NtpServiceSpec& spec, const Vlans& vlans) {
    take(spec.access);
    take(spec.vlans, vlans);
    planGroups();
    if (!m_rules) m_rules = rules();
    AccessPlan plan;
    plan.groups = m_outcomes;
    plan.rules.access = *m_rules;
    plan.rules.broadcasts.assign(m_ofVlans.broadcasts.begin(), m_ofVlans.broadcasts.end());
    plan.entriesWithoutVlan = m_ofVlans.entriesWithoutVlan;
    return plan;
}

AccessPlan planAccess(const NtpServiceSpec& spec, const std::vector<ClientGroup>& groups, const Vlans& vlans) {
    AccessPlanner planner;
    for (const ClientGroup& group : groups) planner.set(group);
    return planner.plan(spec, vlans);
}

GroupOutcomes withoutChange(const GroupOutcomes& wanted, const GroupOutcomes* inForce, const QString& why) {
    GroupOutcomes::Items outcomes;
    outcomes.reserve(wanted.size());
    for (const auto& [name, group] : wanted) {
        const auto held = inForce ? inForce->find(name) : GroupOutcomes::const_iterator();
        const bool isHeld = inForce && held != inForce->end();
        if (isHeld && held->second == group) {
            outcomes.emplace_back(name, group);
            continue;
        }
        GroupOutcome outcome;
        if (isHeld) outcome.state = held->second->state;
        outcome.problems = group->problems;
        if (outcome.state != group->state)
            outcome.problems.push_back(QStringLiteral("the time daemon did not accept the change (%1)").arg(why));
        outcomes.emplace_back(name, std::make_shared<const GroupOutcome>(std::move(outcome)));
    }
    return GroupOutcomes(std::move(outcomes));
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/dhcp_plan.h"

#include <QStringList>
#include <algorithm>

#include "ip_range.h"

namespace fos1::dhcp {

namespace {

using VlanEntry = std::pair<const QString, VlanOffer>;
using GroupEntry = std::pair<const QString, GroupOffer>;

QString quoted(const QString& name) { return u'"' + name + u'"'; }

class Planner {
   public:
    Planner(const Offers& offers, net::AddressFamily family);
    [[nodiscard]] SubnetPlan plan(const Subnet& subnet) const;

   private:
    [[nodiscard]] std::vector<const VlanEntry*> vlansOf(const Subnet& subnet) const;
    [[nodiscard]] const GroupEntry* groupAround(const net::IpPrefix& prefix) const;
    [[nodiscard]] const GroupEntry* groupAround(const net::IpRange& range) const;
    [[nodiscard]] QString problemWithin(const Subnet& subnet, bool tellsThisNode) const;
    void tellPools(const Subnet& subnet, const GroupEntry* around, SubnetPlan& plan) const;
    [[nodiscard]] std::vector<net::IpAddress> serversOf(const GroupOffer& group) const;
    void decide(const Subnet& subnet, const VlanEntry* vlan, const GroupEntry* group, SubnetPlan& plan) const;
    void tellOwnAddress(const Subnet& subnet, const VlanEntry& vlan, SubnetPlan& plan) const;

    const Offers& m_offers;
    const net::AddressFamily m_family;
    std::multimap<QString, const VlanEntry*> m_byInterface;
    std::vector<std::pair<net::IpAddress, const VlanEntry*>> m_byAddress;  ///< sorted
    std::map<net::IpPrefix, const GroupEntry*> m_byNetwork;
};

Planner::Planner(const Offers& offers, net::AddressFamily family) : m_offers(offers), m_family(family) {
    for (const VlanEntry& vlan : offers.vlans) {
        if (!vlan.second.interface.isEmpty()) m_byInterface.emplace(vlan.second.interface, &vlan);
        for (const bridge::OwnAddress& each : vlan.second.addresses)
            if (each.address.family == family) m_byAddress.emplace_back(each.address, &vlan);
    }
    std::sort(m_byAddress.begin(), m_byAddress.end());
    for (const GroupEntry& group : offers.groups)
        for (const net::IpPrefix& network : group.second.networks)
            if (network.address.family == family) m_byNetwork.emplace(network, &group);
}

/// Without duplicates.
std::vector<const VlanEntry*> Planner::vlansOf(const Subnet& subnet) const {
    std::vector<const VlanEntry*> found;
    if (!subnet.interface.isEmpty()) {
        const auto [first, last] = m_byInterface.equal_range(subnet.interface);
        std::transform(first, last, std::back_inserter(found), [](const auto& each) { return each.second; });
        return found;
    }
    if (!subnet.prefix) return found;
    const net::IpRange range = net::IpRange::of(*subnet.prefix);
    auto at = std::lower_bound(m_byAddress.begin(), m_byAddress.end(), range.first,
                               [](const auto& each, const net::IpAddress& first) { return each.first < first; });
    for (; at != m_byAddress.end() && at->first <= range.last; ++at)
        if (std::find(found.begin(), found.end(), at->second) == found.end()) found.push_back(at->second);
    return found;
}

const GroupEntry* Planner::groupAround(const net::IpPrefix& prefix) const {
    if (m_byNetwork.empty()) return nullptr;
    net::IpPrefix network = prefix.network();
    for (; network.length >= 0; --network.length) {
        const auto found = m_byNetwork.find(network.network());
        if (found != m_byNetwork.end()) return found->second;
    }
    return nullptr;
}

/// The group with the smallest network that contains all of the range.
const GroupEntry* Planner::groupAround(const net::IpRange& range) const {
    net::IpPrefix network{range.first, range.first.bits()};
    for (; network.length >= 0; --network.length) {
        const auto found = m_byNetwork.find(network.network());
        if (found != m_byNetwork.end() && net::IpRange::of(found->first).contains(range)) return found->second;
    }
    return nullptr;
}

std::vector<net::IpAddress> Planner::serversOf(const GroupOffer& group) const {
    std::vector<net::IpAddress> servers;
    std::copy_if(group.servers.begin(), group.servers.end(), std::back_inserter(servers),
                 [this](const net::IpAddress& each) { return each.family == m_family; });
    return servers;
}

/// A group with servers that is a part of the subnet is told in the pools that lie within it.
void Planner::tellPools(const Subnet& subnet, const GroupEntry* around, SubnetPlan& plan) const {
    if (m_byNetwork.empty()) return;
    plan.pools.resize(subnet.pools.size());
    for (std::size_t i = 0; i < subnet.pools.size(); ++i) {
        const Pool& pool = subnet.pools[i];
        if (!pool.range || pool.isForeign) continue;
        const GroupEntry* group = groupAround(*pool.range);
        if (!group || group == around || group->second.servers.empty()) continue;
        plan.pools[i] = serversOf(group->second);
        if (plan.pools[i].empty()) continue;
        if (!plan.reason.isEmpty()) plan.reason += u' ';
        plan.reason +=
            QStringLiteral("Clients in %1 get the servers of the group %2.").arg(pool.range->text(), group->first);
    }
}

/// A group in a part of the subnet whose clients get what is not meant for them.
QString Planner::problemWithin(const Subnet& subnet, bool tellsThisNode) const {
    const net::IpRange range = net::IpRange::of(*subnet.prefix);
    for (auto at = m_byNetwork.lower_bound(net::IpPrefix{range.first, 0});
         at != m_byNetwork.end() && at->first.address <= range.last; ++at) {
        const auto& [name, group] = *at->second;
        if (at->first.length <= subnet.prefix->length) continue;
        if (!group.servers.empty()) {
            const net::IpRange part = net::IpRange::of(at->first);
            // Not in any pool: or an address outside of all pools, such as that of a reservation.
            const bool isReached = std::any_of(subnet.pools.begin(), subnet.pools.end(), [&](const Pool& pool) {
                return pool.range && part.contains(*pool.range);
            });
            const bool isCut = std::any_of(subnet.pools.begin(), subnet.pools.end(), [&](const Pool& pool) {
                return pool.range && !part.contains(*pool.range) && pool.range->first <= part.last &&
                       part.first <= pool.range->last;
            });
            if (!isReached || isCut)
                return QStringLiteral(
                           "The group %1 has NTP servers of its own, but is only a part of the subnet, and not made of "
                           "whole pools.")
                    .arg(name);
        } else if (!group.withheld.isEmpty() && tellsThisNode) {
            return QStringLiteral("The group %1 is only a part of the subnet: its clients are told as well, but %2.")
                .arg(name, group.withheld);
        }
    }
    return {};
}

SubnetPlan Planner::plan(const Subnet& subnet) const {
    SubnetPlan plan;
    if (m_offers.withdrawsAll) {
        plan.ownership = Ownership::Ours;
        plan.reason = QStringLiteral("The service is withdrawn, because the plugin stops.");
        return plan;
    }
    const std::vector<const VlanEntry*> vlans = vlansOf(subnet);
    const VlanEntry* vlan = vlans.size() == 1 ? vlans.front() : nullptr;
    if (vlan) plan.vlan = vlan->first;
    const auto foreign = std::find_if(subnet.foreign.begin(), subnet.foreign.end(),
                                      [](const ForeignOption& each) { return each.wouldBeReplaced; });
    if (foreign != subnet.foreign.end()) {
        plan.ownership = Ownership::Foreign;
        plan.reason =
            QStringLiteral("An administrator has set NTP servers: %1 (%2).").arg(foreign->value, foreign->where);
        return plan;
    }
    const GroupEntry* group = subnet.prefix ? groupAround(*subnet.prefix) : nullptr;
    if (!vlan && !(group && !group->second.servers.empty())) {
        plan.ownership = Ownership::Unmatched;
        QStringList names;
        for (const VlanEntry* each : vlans) names.append(quoted(each->first));
        const QString where = subnet.interface.isEmpty() ? QStringLiteral("with an address in it")
                                                         : QStringLiteral("on its link %1").arg(subnet.interface);
        plan.reason = vlans.empty() ? QStringLiteral("No VLAN is declared %1.").arg(where)
                                    : QStringLiteral("It could belong to any of the VLANs %1 %2.")
                                          .arg(names.join(QStringLiteral(", ")), where);
        plan.problem = plan.reason;
        return plan;
    }
    plan.ownership = Ownership::Ours;
    decide(subnet, vlan, group, plan);
    if (subnet.prefix) {
        tellPools(subnet, group, plan);
        const bool hasServers = group && !group->second.servers.empty();
        plan.problem = problemWithin(subnet, !hasServers && !plan.addresses.empty());
    }
    return plan;
}

void Planner::decide(const Subnet& subnet, const VlanEntry* vlan, const GroupEntry* group, SubnetPlan& plan) const {
    if (group && !group->second.servers.empty()) {
        plan.addresses = serversOf(group->second);
        plan.reason = plan.addresses.empty()
                          ? QStringLiteral("No server of the group %1 has an address of this family.").arg(group->first)
                          : QStringLiteral("The servers of the group %1.").arg(group->first);
        return;
    }
    if (group && !group->second.withheld.isEmpty()) {
        plan.reason = QStringLiteral("The group %1 decides: %2.").arg(group->first, group->second.withheld);
        return;
    }
    const VlanOffer& offer = vlan->second;
    plan.reason = offer.reason;
    plan.keeps = offer.wish == Wish::Keep;
    if (offer.wish == Wish::Tell) tellOwnAddress(subnet, *vlan, plan);
}

void Planner::tellOwnAddress(const Subnet& subnet, const VlanEntry& vlan, SubnetPlan& plan) const {
    bridge::AddressQuestion question;
    question.isServed = true;
    if (!subnet.ours.empty()) question.present = subnet.ours.front();
    const bridge::AddressWish wish{
        m_family, bridge::Inet6Order::UniqueLocalFirst,
        m_family == net::AddressFamily::Inet6 ? bridge::LinkLocal::LastResort : bridge::LinkLocal::Never};
    // An address in the subnet is reached without a route.
    if (subnet.prefix)
        for (const bridge::OwnAddress& each : vlan.second.addresses)
            if (subnet.prefix->contains(each.address)) question.addresses.push_back(each);
    auto chosen = bridge::chooseAddress(question, wish);
    if (!chosen) {
        question.addresses = vlan.second.addresses;
        chosen = bridge::chooseAddress(question, wish);
    }
    if (chosen) {
        plan.addresses.push_back(*chosen);
        plan.reason.clear();
    } else {
        plan.reason = QStringLiteral("This node has no %1 address in the VLAN that clients can be pointed to.")
                          .arg(m_family == net::AddressFamily::Inet6 ? QStringLiteral("IPv6") : QStringLiteral("IPv4"));
    }
}

}  // namespace

std::vector<SubnetPlan> planSubnets(const Offers& offers, net::AddressFamily family,
                                    const std::vector<Subnet>& subnets) {
    const Planner planner(offers, family);
    std::vector<SubnetPlan> plans;
    plans.reserve(subnets.size());
    for (const Subnet& subnet : subnets) plans.push_back(planner.plan(subnet));
    return plans;
}

}  // namespace fos1::dhcp

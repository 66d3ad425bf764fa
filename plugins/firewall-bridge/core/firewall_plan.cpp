// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/firewall_plan.h"

#include <algorithm>
#include <tuple>

#include "core/policy_chains.h"

namespace fos1::firewall {

namespace {

constexpr int kNtpPort = 123;

class Planner {
   public:
    void addGroups(const GroupStates& groups) {
        std::vector<net::OwnedRange> networks;
        for (const auto& [name, group] : groups) {
            for (const QString& text : group.networks) {
                if (const auto range = net::IpRange::parseNetwork(text))
                    networks.push_back({*range, m_groups.size()});
                else
                    m_out.problems[QStringLiteral("group ") + name] =
                        QStringLiteral("\"%1\" is not a network.").arg(text);
            }
            m_groups.push_back(&group);
        }
        m_ranges = net::disjoint(std::move(networks));
        for (const net::OwnedRange& each : m_ranges) addClients(each.range, *m_groups[each.owner]);
    }

    /// Needs the groups: they decide whether the requests of a VLAN must be inspected.
    void addVlans(const VlanStates& vlans) {
        std::vector<Claim> claims;
        claims.reserve(vlans.size());
        for (const auto& [name, vlan] : vlans) {
            if (vlan.interface.isEmpty()) continue;
            if (!isInterfaceName(vlan.interface)) {
                m_out.problems[name] =
                    QStringLiteral("Not enforced: \"%1\" cannot be written as a name in a rule.").arg(vlan.interface);
                continue;
            }
            claims.push_back({&vlan.interface, &name, &vlan});
        }
        // The list is often sorted already.
        if (!std::is_sorted(claims.begin(), claims.end())) std::sort(claims.begin(), claims.end());
        m_plan.services.insert({false, kNtpPort});
        m_plan.vlans.reserve(claims.size());
        const Claim* holder = nullptr;
        for (const Claim& claim : claims) {
            if (holder != nullptr && *holder->interface == *claim.interface) {
                m_out.problems[*claim.name] =
                    QStringLiteral("Not enforced: VLAN %1 has the same link, and a closed one decides.")
                        .arg(*holder->name);
                continue;
            }
            holder = &claim;
            addVlan(*claim.vlan);
        }
    }

    /// Needs the VLANs. A source of ours whose own requests we answered would give us back our own time.
    void addSources(const SourceStates& sources) {
        if (m_plan.diverts.empty()) return;
        for (const auto& [name, state] : sources)
            for (const QString& text : state.addresses) {
                if (const auto address = net::IpAddress::parse(text))
                    m_plan.ownSources.insert(*address);
                else
                    m_out.problems[QStringLiteral("sources of ") + name] =
                        QStringLiteral("\"%1\" is not an address.").arg(text);
            }
    }

    PlannedFirewall take() { return std::move(m_out); }

   private:
    /// The claim of a VLAN to its interface. The first claim wins.
    struct Claim {
        const QString* interface;
        const QString* name;
        const time::ServiceState* vlan;
        bool operator<(const Claim& other) const {
            return std::tie(*interface, vlan->accepting, *name) <
                   std::tie(*other.interface, other.vlan->accepting, *other.name);
        }
    };
    using Policy = std::tuple<bool, bool, bool, bool, int, int, std::optional<Limit>>;
    /// The names of the chains of one policy.
    struct PolicyChains {
        QString incoming;
        QString divert;  ///< for requests to other servers; empty: they are not diverted
        bool isQuick = false;
    };

    void add(const Chain& chain) {
        if (!chain.rules.isEmpty()) m_plan.chains.try_emplace(chain.name, chain.rules);
    }
    void add(const std::optional<time::ServedRate>& rate) {
        if (const auto limit = limitOf(rate)) m_plan.limits.insert(*limit);
    }

    /// Thousands of VLANs share a few policies, so the chains of each policy are made once.
    const PolicyChains& chainsOf(const time::ServiceState& vlan) {
        const Policy policy{vlan.accepting, vlan.clientsOnly, vlan.broadcast,         vlan.redirect,
                            vlan.port,      vlan.ntsPort,     limitOf(vlan.rateLimit)};
        const auto [known, isNew] = m_policies.try_emplace(policy);
        if (!isNew) return known->second;
        const Chain chain = vlanChain(vlan);
        add(chain);
        known->second.incoming = chain.name;
        known->second.isQuick =
            vlan.accepting && vlan.port == kNtpPort && !limitOf(vlan.rateLimit) && m_plan.clients.empty();
        const int port = vlan.port > 0 ? vlan.port : kNtpPort;
        m_plan.services.insert({false, port});
        if (vlan.accepting) add(vlan.rateLimit);
        if (vlan.accepting && vlan.ntsPort > 0) m_plan.services.insert({true, vlan.ntsPort});
        const bool isDiverted = vlan.accepting && vlan.redirect;
        if (isDiverted || !m_plan.turned.empty()) {
            const Chain divert = divertChain(port, isDiverted);
            add(divert);
            known->second.divert = divert.name;
        }
        return known->second;
    }

    void addClients(const net::IpRange& range, const time::ClientState& group) {
        const auto verdict = [&](std::vector<ClientVerdict>& list, const GroupVerdict& found) {
            if (found.verdict.isEmpty()) return;
            add(found.chain);
            // Join adjacent ranges with the same verdict, also of different groups.
            if (!list.empty() && list.back().verdict == found.verdict && list.back().range.last.next() == range.first)
                list.back().range.last = range.last;
            else
                list.push_back({range, found.verdict});
        };
        verdict(m_plan.clients, inOpenVlan(group));
        verdict(m_plan.exempt, inClosedVlan(group));
        if (group.allow) add(group.rateLimit);
        const bool isTurned = group.allow && group.redirect;
        std::vector<net::IpRange>& list = isTurned ? m_plan.turned : m_plan.kept;
        if (!list.empty() && list.back().last.next() == range.first)
            list.back().last = range.last;
        else
            list.push_back(range);
    }

    void addVlan(const time::ServiceState& vlan) {
        const PolicyChains& chains = chainsOf(vlan);
        m_plan.vlans.push_back({vlan.interface, chains.incoming});
        if (!chains.divert.isEmpty()) m_plan.diverts.push_back({vlan.interface, chains.divert});
        if (chains.isQuick && m_plan.quick.size() < kMostQuick) m_plan.quick.push_back(vlan.interface);
    }

    PlannedFirewall m_out;
    FirewallPlan& m_plan = m_out.plan;
    std::vector<const time::ClientState*> m_groups;
    std::vector<net::OwnedRange> m_ranges;
    std::map<Policy, PolicyChains> m_policies;
};

}  // namespace

PlannedFirewall planFirewall(const VlanStates& vlans, const GroupStates& groups, const SourceStates& sources) {
    Planner planner;
    planner.addGroups(groups);
    planner.addVlans(vlans);
    planner.addSources(sources);
    return planner.take();
}

bool isInterfaceName(const QString& name) {
    constexpr qsizetype kLongest = 15;  // IFNAMSIZ without its terminating NUL
    const auto isPlain = [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') ||
               QStringView(u".-_@+:").contains(c);
    };
    return !name.isEmpty() && name.size() <= kLongest && std::all_of(name.begin(), name.end(), isPlain);
}

QString policyWords(const time::ServiceState& vlan) {
    const QString onFailure = vlan.opensOnFailure ? QStringLiteral("; opens on failure") : QString();
    if (!vlan.accepting) return QStringLiteral("closed: NTP to this node is dropped") + onFailure;
    QStringList words{vlan.clientsOnly
                          ? QStringLiteral("open for client requests on udp/%1").arg(vlan.port)
                          : QStringLiteral("open on udp/%1, except control and private modes").arg(vlan.port)};
    if (vlan.ntsPort > 0) words.append(QStringLiteral("NTS keys on tcp/%1").arg(vlan.ntsPort));
    if (const auto limit = limitOf(vlan.rateLimit)) {
        const double seconds = std::chrono::duration<double>(limit->interval).count();
        words.append(
            QStringLiteral("each client: a burst of %1, then one per %2 s").arg(limit->burst).arg(seconds, 0, 'g', 4));
    }
    if (vlan.redirect) words.append(QStringLiteral("requests to other servers are answered here"));
    words.append(vlan.broadcast ? QStringLiteral("time is broadcast") : QStringLiteral("no broadcast time"));
    return words.join(QStringLiteral("; ")) + onFailure;
}

}  // namespace fos1::firewall

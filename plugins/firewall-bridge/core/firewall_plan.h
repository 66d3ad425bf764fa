// SPDX-License-Identifier: GPL-2.0-or-later
// The part of the table that depends on time.service/v1, time.client/v1 and time.sources/v1: the chain of each VLAN and
// the exception of each client and each of our own time sources. Pure. The constant parts of the table are in
// nft/table_text.
#pragma once

#include <QString>
#include <QStringList>
#include <map>
#include <set>
#include <vector>

#include "ip_range.h"
#include "time/client_state.h"
#include "time/service_state.h"
#include "time/sources_state.h"

namespace fos1::firewall {

/// Rate limit for the answers to one client: a bucket of `burst`, refilled by one per `interval`.
struct Limit {
    std::chrono::nanoseconds interval{0};
    int burst = 0;
    auto operator<=>(const Limit&) const = default;
};

/// Clients with a policy of their own. The list is disjoint and sorted, and contains both families.
struct ClientVerdict {
    net::IpRange range;
    QString verdict;  ///< such as "goto refuse"
    bool operator==(const ClientVerdict&) const = default;
};

/// NTP over UDP or NTS key exchange over TCP, on any of this node's addresses.
struct Service {
    bool isTcp = false;
    int port = 0;
    auto operator<=>(const Service&) const = default;
};

/// Sorted by interface. A flat vector, because each plan is walked, compared and copied as a whole.
struct InterfaceChain {
    QString interface;
    QString chain;
    bool operator==(const InterfaceChain&) const = default;
};
using InterfaceChains = std::vector<InterfaceChain>;

/// The maximum number of interfaces with the quick path; their set in the kernel has a fixed size.
inline constexpr std::size_t kMostQuick = 8192;

/// A chain's name encodes its rules. A chain with a given name therefore never changes, and plans can be compared by
/// names.
struct FirewallPlan {
    std::map<QString, QStringList> chains;  ///< rules by name
    std::set<Limit> limits;                 ///< each has its own sets of clients
    InterfaceChains vlans;                  ///< for NTP between an interface and this node
    InterfaceChains diverts;                ///< for requests to other servers
    std::vector<QString> quick;             ///< those of `vlans` where an ordinary request is admitted without its
                                            ///< chain
    std::set<Service> services;             ///< the traffic that the table inspects
    std::vector<ClientVerdict> clients;     ///< in open VLANs
    std::vector<ClientVerdict> exempt;      ///< in closed VLANs
    std::vector<net::IpRange> kept;         ///< not diverted although their VLAN is
    std::vector<net::IpRange> turned;       ///< diverted although their VLAN is not
    std::set<net::IpAddress> ownSources;    ///< never diverted; empty while nothing is

    bool operator==(const FirewallPlan&) const = default;
};

using VlanStates = std::map<QString, time::ServiceState>;
using GroupStates = std::map<QString, time::ClientState>;
using SourceStates = std::map<QString, time::SourcesState>;

/// A plan, and the parts of the topics that it leaves out, with the reasons as sentences.
struct PlannedFirewall {
    FirewallPlan plan;
    std::map<QString, QString> problems;  ///< by VLAN, "group NAME" or "sources of NAME"
};
[[nodiscard]] PlannedFirewall planFirewall(const VlanStates& vlans, const GroupStates& groups,
                                           const SourceStates& sources = {});

/// Whether both the kernel and nft's language accept it as a literal interface name.
[[nodiscard]] bool isInterfaceName(const QString& name);

/// The policy that is enforced in a VLAN, for people.
[[nodiscard]] QString policyWords(const time::ServiceState& vlan);

}  // namespace fos1::firewall

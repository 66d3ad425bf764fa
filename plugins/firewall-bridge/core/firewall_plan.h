// SPDX-License-Identifier: GPL-2.0-or-later
// What of the table follows from time.service/v1 and time.client/v1: which VLAN goes to which chain, which client to
// which exception. Pure. The parts that never change are in nft/table_text.
#pragma once

#include <QString>
#include <QStringList>
#include <map>
#include <set>
#include <vector>

#include "ip_range.h"
#include "time/client_state.h"
#include "time/service_state.h"

namespace fos1::firewall {

/// Answers to one client: a bucket of `burst`, one more each `interval`.
struct Limit {
    std::chrono::nanoseconds interval{0};
    int burst = 0;
    auto operator<=>(const Limit&) const = default;
};

/// Clients with a policy of their own. Disjoint and sorted, both families.
struct ClientVerdict {
    net::IpRange range;
    QString verdict;  ///< "goto refuse"
    bool operator==(const ClientVerdict&) const = default;
};

/// NTP over UDP or NTS key exchange over TCP, on any of this node's addresses.
struct Service {
    bool isTcp = false;
    int port = 0;
    auto operator<=>(const Service&) const = default;
};

/// Sorted by interface. Flat, for each plan is walked, compared and copied as a whole.
struct InterfaceChain {
    QString interface;
    QString chain;
    bool operator==(const InterfaceChain&) const = default;
};
using InterfaceChains = std::vector<InterfaceChain>;

/// So many interfaces have the quick way at most; their set in the kernel has a fixed size.
inline constexpr std::size_t kMostQuick = 8192;

/// Names of chains say what is in them, so a chain of a name never changes, and two plans differ by names alone.
struct FirewallPlan {
    std::map<QString, QStringList> chains;  ///< rules by name
    std::set<Limit> limits;                 ///< each has sets of clients
    InterfaceChains vlans;                  ///< of NTP between an interface and this node
    InterfaceChains diverts;                ///< of requests to elsewhere
    std::vector<QString> quick;             ///< where an ordinary request is admitted without its chain; of `vlans`
    std::set<Service> services;             ///< what is looked at
    std::vector<ClientVerdict> clients;     ///< in VLANs that are open
    std::vector<ClientVerdict> exempt;      ///< in VLANs that are closed
    std::vector<net::IpRange> kept;         ///< not diverted where their VLAN is
    std::vector<net::IpRange> turned;       ///< diverted where their VLAN is not

    bool operator==(const FirewallPlan&) const = default;
};

using VlanStates = std::map<QString, time::ServiceState>;
using GroupStates = std::map<QString, time::ClientState>;

/// A plan and what of the topics is not in it, in sentences.
struct PlannedFirewall {
    FirewallPlan plan;
    std::map<QString, QString> problems;  ///< by VLAN or "group NAME"
};
[[nodiscard]] PlannedFirewall planFirewall(const VlanStates& vlans, const GroupStates& groups);

/// Whether the kernel and nft's language both take it as a name that stands for itself alone.
[[nodiscard]] bool isInterfaceName(const QString& name);

/// What is enforced in a VLAN, for people.
[[nodiscard]] QString policyWords(const time::ServiceState& vlan);

}  // namespace fos1::firewall

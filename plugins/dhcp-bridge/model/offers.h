// SPDX-License-Identifier: GPL-2.0-or-later
// What clients are to be told, before it is known which subnets a DHCP server has. Values.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "address_choice.h"
#include "ip_prefix.h"
#include "wish.h"

namespace fos1::dhcp {

using bridge::Wish;

/// The service of this node in one VLAN.
struct VlanOffer {
    QString interface;  ///< empty when the VLAN has no link
    std::vector<bridge::OwnAddress> addresses;
    Wish wish = Wish::Withhold;
    QString reason;  ///< unless the wish is Tell

    bool operator==(const VlanOffer&) const = default;
};

/// A reason alone is no change for clients.
[[nodiscard]] inline bool tellsTheSame(const VlanOffer& a, const VlanOffer& b) {
    if (a.wish != b.wish) return false;
    return a.wish != Wish::Tell || (a.interface == b.interface && a.addresses == b.addresses);
}

/// A group of clients with a policy of its own.
struct GroupOffer {
    std::vector<net::IpPrefix> networks;
    std::vector<net::IpAddress> servers;  ///< told instead of this node, in this order; empty: this node
    QString withheld;                     ///< why its clients are not pointed to this node; empty: as their VLAN

    bool operator==(const GroupOffer&) const = default;
};

struct Offers {
    std::map<QString, VlanOffer> vlans;    ///< by name
    std::map<QString, GroupOffer> groups;  ///< by name
    bool withdrawsAll = false;             ///< everything of ours is removed from the servers

    bool operator==(const Offers&) const = default;
};

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
// Decides what the clients of each subnet of a DHCP server are told: which VLAN the subnet belongs to, and which
// addresses are pointed to. Pure. Must not know a server's own form, or how an option is set.
//
// - A subnet with an interface belongs to the VLAN with that link, any other (a relayed one) to the VLAN with an
//   address in it. A subnet without a VLAN, or with more than one, is left alone, and so is one for which an
//   administrator has set NTP servers.
// - Clients are told an address of this node in their VLAN, preferably one in their subnet, and never any other node's,
//   unless their group names servers of its own. Of two groups, the one with the longer prefix decides.
// - A group with servers in a part of a subnet is told in the pools that lie within it.
#pragma once

#include "model/offers.h"
#include "model/subnet.h"

namespace fos1::dhcp {

/// One plan for each subnet, in the same order. `family`: of the server and of all subnets.
[[nodiscard]] std::vector<SubnetPlan> planSubnets(const Offers& offers, net::AddressFamily family,
                                                  const std::vector<Subnet>& subnets);

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, from the kernel (getifaddrs(3)).
#pragma once

#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// Of both families, the loopback's too, sorted, each with the length of its network; host bits are kept.
[[nodiscard]] std::vector<IpPrefix> ownAddresses();

/// The IPv4 ones among them. IPv6 ones may change daily (RFC 8981) and are left out.
[[nodiscard]] std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses);
[[nodiscard]] inline std::vector<IpAddress> ownInet4Addresses() { return inet4Of(ownAddresses()); }

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, from the kernel (getifaddrs(3)).
#pragma once

#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// Of both families, the loopback's too, sorted, each with the length of its network; host bits are kept. `interface`:
/// only those on it; empty: all.
[[nodiscard]] std::vector<IpPrefix> ownAddresses(const QString& interface = {});

/// The IPv4 ones among them. IPv6 ones may change daily (RFC 8981) and are left out.
[[nodiscard]] std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses);
[[nodiscard]] inline std::vector<IpAddress> ownInet4Addresses(const QString& interface = {}) {
    return inet4Of(ownAddresses(interface));
}

}  // namespace fos1::ntp

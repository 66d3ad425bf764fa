// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, from the kernel (getifaddrs(3)).
#pragma once

#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// IPv4 addresses, the loopback's too, sorted. IPv6 ones may change daily (RFC 8981) and are left out.
[[nodiscard]] std::vector<IpAddress> ownInet4Addresses();

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The addresses of this node, from the kernel (getifaddrs(3)).
#pragma once

#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// IPv4 addresses including the loopback's, sorted. IPv6 addresses are omitted, because they may change daily (RFC
/// 8981).
[[nodiscard]] std::vector<IpAddress> ownInet4Addresses();

}  // namespace fos1::ntp

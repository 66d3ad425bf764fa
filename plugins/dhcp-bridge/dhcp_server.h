// SPDX-License-Identifier: GPL-2.0-or-later
// One DHCP server, kept as the offers say (target_keeper.h).
#pragma once

#include "dhcp_backend.h"
#include "target_keeper.h"

namespace fos1::dhcp {

using DhcpServer = bridge::TargetKeeper<Offers, Applied>;

}  // namespace fos1::dhcp

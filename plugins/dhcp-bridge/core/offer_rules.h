// SPDX-License-Identifier: GPL-2.0-or-later
// What the time topics mean for DHCP: whether the clients of a VLAN or group are told, and why not. Pure. Must not know
// DHCP servers.
#pragma once

#include "model/offers.h"
#include "time/client_state.h"
#include "time/service_state.h"

namespace fos1::dhcp {

using bridge::OnLoss;

[[nodiscard]] VlanOffer offerOf(const time::ServiceState& vlan, OnLoss onLoss);

/// Networks and servers that cannot be read are left out; the schema of NTPClient has refused them before.
[[nodiscard]] GroupOffer offerOf(const time::ClientState& group);

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
// What the time topics mean for DNS: whether the service of a VLAN has its name, and why not. Pure. Must not know zones
// or servers.
#pragma once

#include "model/offers.h"
#include "time/service_state.h"

namespace fos1::dns {

using bridge::OnLoss;

[[nodiscard]] VlanOffer offerOf(const time::ServiceState& vlan, OnLoss onLoss);

}  // namespace fos1::dns

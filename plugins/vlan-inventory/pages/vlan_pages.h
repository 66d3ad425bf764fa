// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the VLANs (fos1/page.h): which link carries each, and whether it is up. Pure.
#pragma once

#include <QCborMap>
#include <vector>

#include "core/vlan_table.h"

namespace fos1::vlan {

/// `vlan`: the name of one VLAN, or "namespace/name"; empty: a table of all. An error when there is no such VLAN.
[[nodiscard]] QCborMap vlansPage(const std::vector<VlanEntry>& vlans, const QString& vlan);

}  // namespace fos1::vlan

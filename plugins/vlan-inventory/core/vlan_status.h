// SPDX-License-Identifier: GPL-2.0-or-later
// The status of a VLAN resource, from its entry. Pure.
#pragma once

#include <QCborMap>
#include <vector>

#include "core/vlan_table.h"
#include "fos1/condition.h"

namespace fos1::vlan {

/// phase, actualInterfaceName, ifindex, activeAddresses, error, observedGeneration; fields that do not apply are
/// absent.
[[nodiscard]] QCborMap statusFields(const VlanEntry& entry);

/// Ready, and Conflict and AddressesAsDeclared where they apply.
[[nodiscard]] std::vector<Condition> conditions(const VlanEntry& entry);

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
// What the status of a VLAN resource says of an entry. Pure.
#pragma once

#include <QCborMap>
#include <vector>

#include "core/vlan_table.h"
#include "fos1/condition.h"

namespace fos1::vlan {

/// phase, actualInterfaceName, ifindex, activeAddresses, error, observedGeneration; what is not so is absent.
[[nodiscard]] QCborMap statusFields(const VlanEntry& entry);

/// Ready, and those of Conflict and AddressesAsDeclared that have something to say.
[[nodiscard]] std::vector<Condition> conditions(const VlanEntry& entry);

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
// Matches VLAN resources with the kernel's links and computes the state of each VLAN. Pure: no sockets, no clock, no
// bus.
#pragma once

#include <vector>

#include "model/link_table.h"
#include "model/vlan_spec.h"
#include "network/vlan.h"

namespace fos1::vlan {

enum class Finding {
    Unknown = 0,
    Up,
    LinkDown,     ///< the link exists
    LinkMissing,  ///< no link carries the VLAN
    WrongVlan,    ///< the named link carries another VLAN
    Disabled,     ///< spec.enabled is false
    LinkTaken,    ///< an older object uses the link
    NameTaken,    ///< an older object in another namespace has the same name, which is the key of the topic
};

struct VlanEntry {
    ObjectKey key;
    qint64 generation = 0;
    Finding finding = Finding::Unknown;
    network::VlanState state;
    /// Declared addresses that the link lacks. Empty when none is declared or there is no link.
    std::vector<InterfaceAddress> missing;
    bool declaresAddresses = false;

    bool operator==(const VlanEntry&) const = default;
};

/// Whether `older` takes precedence over `younger`: ordered by creation time, then by key.
[[nodiscard]] bool isOlder(const VlanSpec& older, const VlanSpec& younger);

/// One entry per object, in the order of `specs`, which must be sorted by isOlder().
///
/// A VLAN's link is the first of: the link with its id on the parent spec.interface; a VLAN link with its id named
/// spec.interface, `INTERFACE.ID` or spec.name; an untagged link whose name indicates the VLAN: `INTERFACE.ID`, or
/// spec.interface when it ends with `.ID` or is `vlanID`; with spec.untagged, any link named spec.interface. A parent
/// is never taken for the VLAN itself: when the VLAN's link disappears, its policies must not apply to the trunk.
[[nodiscard]] std::vector<VlanEntry> makeEntries(const std::vector<VlanSpec>& specs, const LinkTable& links);

}  // namespace fos1::vlan

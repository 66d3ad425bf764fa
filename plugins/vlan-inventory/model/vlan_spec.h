// SPDX-License-Identifier: GPL-2.0-or-later
// The parsed spec of a VLAN resource. Must not know links.
#pragma once

#include <QString>
#include <vector>

#include "fos1/desired.h"
#include "fos1/result.h"
#include "model/link_table.h"

namespace fos1::vlan {

enum class Tagging { Unknown = 0, Tagged, Untagged };

struct VlanSpec {
    ObjectKey key;
    qint64 generation = 0;
    QString created;  ///< metadata.creationTimestamp (RFC 3339, UTC), which sorts as text
    VlanId id;
    QString interface;  ///< the parent, or the VLAN's own link
    QString name;       ///< for people; may be the name of a link
    Tagging tagging = Tagging::Tagged;
    std::vector<InterfaceAddress> addresses;  ///< declared
    QString zone;
    bool enabled = true;
};

/// The spec of `object`, or every mistake with its path. The object has passed its schema.
tl::expected<VlanSpec, Errors> parseVlan(const DesiredObject& object);

}  // namespace fos1::vlan

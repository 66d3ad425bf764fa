// SPDX-License-Identifier: GPL-2.0-or-later
// What messages of rtnetlink(7) mean for the table of links: which links are VLANs, which are up, and which addresses
// others may be told. Pure.
#pragma once

#include <optional>

#include "model/link_table.h"
#include "route_messages.h"

namespace fos1::vlan {

/// What a message says of a link or an address; nothing when it says nothing of either.
///
/// Of addresses, those are usable that others may be told: an IPv6 address that is tentative, failed its check for
/// duplicates, is temporary (RFC 8981) or link-local is none, nor is any that is deprecated. One that was usable and is
/// no more comes as such a change.
[[nodiscard]] std::optional<Change> changeOf(const netlink::Message& message);

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of rtnetlink(7) to changes of links and addresses, and the requests to be told everything. Does no I/O.
#pragma once

#include <linux/netlink.h>

#include <QByteArray>
#include <optional>

#include "model/link_table.h"

namespace fos1::vlan {

/// What a message says of a link or an address; nothing when it says nothing of either, or is malformed.
/// `message` is complete (mnl_nlmsg_ok).
///
/// Of addresses, those are usable that others may be told: an IPv6 address that is tentative, failed its check for
/// duplicates, is temporary (RFC 8981) or link-local is none, nor is any that is deprecated. One that was usable and is
/// no more comes as such a change.
///
/// A bridge tells of its ports in link messages of its own family, and a wireless driver of events in messages with
/// nothing else in them; neither says whether a link is there.
[[nodiscard]] std::optional<Change> readChange(const nlmsghdr& message);

/// RTM_GETLINK or RTM_GETADDR for all of them, as one datagram.
[[nodiscard]] QByteArray dumpRequest(quint16 type, quint32 sequence);

}  // namespace fos1::vlan

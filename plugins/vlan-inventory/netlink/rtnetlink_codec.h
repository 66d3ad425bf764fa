// SPDX-License-Identifier: GPL-2.0-or-later
// Converts rtnetlink(7) messages to changes of links and addresses, and builds the requests for everything. Does no
// I/O.
#pragma once

#include <linux/netlink.h>

#include <QByteArray>
#include <optional>

#include "model/link_table.h"

namespace fos1::vlan {

/// The change of a link or an address in a message. Nothing when the message contains neither or is malformed.
/// `message` is complete (mnl_nlmsg_ok).
///
/// An address counts as usable only if it is fit to be advertised. IPv6 addresses that are tentative, failed duplicate
/// address detection, are temporary (RFC 8981) or link-local are not usable, nor is any deprecated address. When a
/// usable address becomes unusable, the change reports that.
///
/// A bridge reports its ports in link messages of its own family, and a wireless driver reports events in messages with
/// no other content. Neither indicates whether a link exists.
[[nodiscard]] std::optional<Change> readChange(const nlmsghdr& message);

/// RTM_GETLINK or RTM_GETADDR for all links or addresses, as one datagram.
[[nodiscard]] QByteArray dumpRequest(quint16 type, quint32 sequence);

}  // namespace fos1::vlan

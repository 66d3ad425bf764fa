// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the list of connection tracking: finds NTP exchanges whose destination was changed. Pure. A codec of
// linux/netfilter/nfnetlink_conntrack.h.
#pragma once

#include <QByteArray>
#include <optional>
#include <set>

#include "ip_address.h"

struct nlmsghdr;

namespace fos1::firewall {

/// Identifies an exchange for the kernel, as the kernel listed it.
struct Flow {
    QByteArray tuple;             ///< payload of CTA_TUPLE_ORIG
    std::optional<quint16> zone;  ///< in network order
};

/// The exchange of one message, when it is NTP from one of `clients` and its destination was changed. The message is
/// complete (mnl_nlmsg_ok).
[[nodiscard]] std::optional<Flow> redirectedFlow(const nlmsghdr* message, const std::set<net::IpAddress>& clients);

}  // namespace fos1::firewall

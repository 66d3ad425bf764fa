// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of rtnetlink(7) as values: links, addresses and routes as the kernel has them. Decides nothing: which of
// them count is decided where they are kept. Pure.
#pragma once

#include <linux/netlink.h>

#include <QByteArray>
#include <QString>
#include <optional>
#include <variant>

#include "ip_address.h"
#include "ip_prefix.h"

namespace fos1::netlink {

/// A link as it is now, or that it is gone (then only its number counts).
struct LinkMessage {
    int index = 0;
    bool isGone = false;
    QString name;
    int parent = 0;          ///< number of the link below it; 0: none, or one in another network namespace
    unsigned int flags = 0;  ///< IFF_…
    std::optional<quint8> operstate;
    QByteArray kind;      ///< what sort of link it is ("veth", "bridge"); empty for hardware
    QByteArray kindData;  ///< the attributes of its kind (IFLA_INFO_DATA)
};

/// An address of a link, or that it is gone.
struct AddressMessage {
    int index = 0;  ///< of the link
    bool isGone = false;
    net::IpPrefix own;  ///< with its prefix length; host bits are kept
    std::optional<net::IpAddress> broadcast;
    quint32 flags = 0;  ///< IFA_F_…
};

/// A route, or that it is gone. Of one with several next hops neither gateway nor link is told.
struct RouteMessage {
    net::IpPrefix destination;  ///< length 0: the default route
    bool isGone = false;
    std::optional<net::IpAddress> gateway;
    int link = 0;          ///< number of the link that it leaves by; 0: none
    quint32 table = 0;     ///< RT_TABLE_…
    quint32 priority = 0;  ///< the lower, the sooner
    quint8 protocol = 0;   ///< RTPROT_…
    quint8 scope = 0;      ///< RT_SCOPE_…
    quint8 type = 0;       ///< RTN_…
};

using Message = std::variant<LinkMessage, AddressMessage, RouteMessage>;

/// Nothing when the message is about something else, or is malformed. `message` is complete (isWhole()).
///
/// A bridge tells of its ports in link messages of its own family, and a wireless driver of events in messages with
/// nothing else in them; neither says whether a link is there. Of routes, cached ones are none.
[[nodiscard]] std::optional<Message> readMessage(const nlmsghdr& message);

}  // namespace fos1::netlink

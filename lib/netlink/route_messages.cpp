// SPDX-License-Identifier: GPL-2.0-or-later
#include "route_messages.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink_attributes.h"

namespace fos1::netlink {

namespace {

using net::IpAddress;

bool isInternet(unsigned char family) { return family == AF_INET || family == AF_INET6; }

/// Of this family, or none.
std::optional<IpAddress> ipAddress(const nlattr* attribute, unsigned char family) {
    if (!attribute) return std::nullopt;
    auto address = IpAddress::fromBytes(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
    if (address && (address->family == net::AddressFamily::Inet4) != (family == AF_INET)) return std::nullopt;
    return address;
}

std::optional<Message> readLink(const nlmsghdr& message) {
    const auto& head = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
    if (head.ifi_family != AF_UNSPEC || head.ifi_index <= 0) return std::nullopt;
    LinkMessage link;
    link.index = head.ifi_index;
    link.isGone = message.nlmsg_type == RTM_DELLINK;
    if (link.isGone) return link;
    const Attributes<IFLA_LINK_NETNSID + 1> attributes(message, sizeof head);
    link.name = QString::fromUtf8(text(attributes[IFLA_IFNAME]));
    if (attributes[IFLA_WIRELESS] || link.name.isEmpty()) return std::nullopt;
    if (!attributes[IFLA_LINK_NETNSID])
        link.parent = static_cast<int>(number<quint32>(attributes[IFLA_LINK]).value_or(0));
    link.flags = head.ifi_flags;
    link.operstate = number<quint8>(attributes[IFLA_OPERSTATE]);
    const Attributes<IFLA_INFO_DATA + 1> info(attributes[IFLA_LINKINFO]);
    link.kind = text(info[IFLA_INFO_KIND]);
    link.kindData = bytes(info[IFLA_INFO_DATA]);
    return link;
}

std::optional<Message> readAddress(const nlmsghdr& message) {
    const auto& head = *static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&message));
    if (!isInternet(head.ifa_family)) return std::nullopt;
    const Attributes<IFA_FLAGS + 1> attributes(message, sizeof head);
    // On a point-to-point link IFA_ADDRESS is the other end's.
    const auto own =
        ipAddress(attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS], head.ifa_family);
    if (!own || head.ifa_prefixlen > own->bits()) return std::nullopt;
    AddressMessage address;
    address.index = static_cast<int>(head.ifa_index);
    address.isGone = message.nlmsg_type == RTM_DELADDR;
    address.own = {*own, head.ifa_prefixlen};
    if (head.ifa_family == AF_INET) address.broadcast = ipAddress(attributes[IFA_BROADCAST], AF_INET);
    address.flags = number<quint32>(attributes[IFA_FLAGS]).value_or(head.ifa_flags);
    return address;
}

std::optional<Message> readRoute(const nlmsghdr& message) {
    const auto& head = *static_cast<const rtmsg*>(mnl_nlmsg_get_payload(&message));
    if (!isInternet(head.rtm_family) || (head.rtm_flags & RTM_F_CLONED) != 0) return std::nullopt;
    const Attributes<RTA_TABLE + 1> attributes(message, sizeof head);
    std::optional<IpAddress> destination;
    if (attributes[RTA_DST]) {
        destination = ipAddress(attributes[RTA_DST], head.rtm_family);
    } else {
        const QByteArray any(head.rtm_family == AF_INET ? 4 : 16, '\0');
        destination = IpAddress::fromBytes(any.constData(), static_cast<std::size_t>(any.size()));
    }
    if (!destination || head.rtm_dst_len > destination->bits()) return std::nullopt;
    RouteMessage route;
    route.destination = {*destination, head.rtm_dst_len};
    route.isGone = message.nlmsg_type == RTM_DELROUTE;
    route.gateway = ipAddress(attributes[RTA_GATEWAY], head.rtm_family);
    route.link = static_cast<int>(number<quint32>(attributes[RTA_OIF]).value_or(0));
    route.table = number<quint32>(attributes[RTA_TABLE]).value_or(head.rtm_table);
    route.priority = number<quint32>(attributes[RTA_PRIORITY]).value_or(0);
    route.protocol = head.rtm_protocol;
    route.scope = head.rtm_scope;
    route.type = head.rtm_type;
    return route;
}

}  // namespace

std::optional<Message> readMessage(const nlmsghdr& message) {
    const std::size_t size = mnl_nlmsg_get_payload_len(&message);
    switch (message.nlmsg_type) {
        case RTM_NEWLINK:
        case RTM_DELLINK: return size >= sizeof(ifinfomsg) ? readLink(message) : std::nullopt;
        case RTM_NEWADDR:
        case RTM_DELADDR: return size >= sizeof(ifaddrmsg) ? readAddress(message) : std::nullopt;
        case RTM_NEWROUTE:
        case RTM_DELROUTE: return size >= sizeof(rtmsg) ? readRoute(message) : std::nullopt;
        default: return std::nullopt;
    }
}

}  // namespace fos1::netlink

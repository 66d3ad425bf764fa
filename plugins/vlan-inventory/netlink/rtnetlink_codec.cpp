// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/rtnetlink_codec.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
// The link flags come from the kernel's header. libc's header lacks the newer flags, and the two conflict.
#include <linux/if.h>

#include <array>
#include <cstring>

namespace fos1::vlan {

namespace {

/// The attributes of one nest by type. For a repeated type the last one applies, as in the kernel.
template <std::size_t Count>
using Attributes = std::array<const nlattr*, Count>;

template <std::size_t Count>
int keep(const nlattr* attribute, void* data) {
    auto& all = *static_cast<Attributes<Count>*>(data);
    if (const std::size_t type = mnl_attr_get_type(attribute); type < Count) all[type] = attribute;
    return MNL_CB_OK;
}

template <std::size_t Count>
Attributes<Count> attributesOf(const nlmsghdr& message, std::size_t header) {
    Attributes<Count> all{};
    mnl_attr_parse(&message, static_cast<unsigned int>(header), keep<Count>, &all);
    return all;
}

template <std::size_t Count>
Attributes<Count> nested(const nlattr* nest) {
    Attributes<Count> all{};
    if (nest) mnl_attr_parse_nested(nest, keep<Count>, &all);
    return all;
}

template <typename T>
std::optional<T> number(const nlattr* attribute) {
    T value{};
    if (!attribute || mnl_attr_get_payload_len(attribute) < sizeof value) return std::nullopt;
    std::memcpy(&value, mnl_attr_get_payload(attribute), sizeof value);
    return value;
}

QByteArray text(const nlattr* attribute) {
    if (!attribute) return {};
    const char* bytes = static_cast<const char*>(mnl_attr_get_payload(attribute));
    return {bytes, static_cast<qsizetype>(::strnlen(bytes, mnl_attr_get_payload_len(attribute)))};
}

std::optional<IpAddress> ipAddress(const nlattr* attribute) {
    if (!attribute) return std::nullopt;
    return IpAddress::fromBytes(mnl_attr_get_payload(attribute), mnl_attr_get_payload_len(attribute));
}

/// The flags change before operstate, which the kernel computes later. operstate adds states that only other programs
/// set (RFC 2863; Documentation/networking/operstates.rst).
LinkState linkState(unsigned int flags, std::optional<quint8> operstate) {
    if ((flags & IFF_UP) == 0) return LinkState::AdminDown;
    if ((flags & IFF_LOWER_UP) == 0)
        return operstate == IF_OPER_LOWERLAYERDOWN ? LinkState::LowerLayerDown : LinkState::NoCarrier;
    if ((flags & IFF_DORMANT) != 0 || operstate == IF_OPER_DORMANT || operstate == IF_OPER_TESTING)
        return LinkState::Dormant;
    return LinkState::Up;
}

std::optional<VlanTag> vlanTag(const nlattr* linkInfo) {
    const auto info = nested<IFLA_INFO_DATA + 1>(linkInfo);
    if (text(info[IFLA_INFO_KIND]) != "vlan") return std::nullopt;
    const auto data = nested<IFLA_VLAN_PROTOCOL + 1>(info[IFLA_INFO_DATA]);
    const auto id = number<quint16>(data[IFLA_VLAN_ID]);
    if (!id) return std::nullopt;
    const bool isOuter = number<quint16>(data[IFLA_VLAN_PROTOCOL]) == htons(ETH_P_8021AD);
    return VlanTag{VlanId{*id}, isOuter ? TagProtocol::Ieee8021Ad : TagProtocol::Ieee8021Q};
}

std::optional<Change> readLink(const nlmsghdr& message) {
    const auto& head = *static_cast<const ifinfomsg*>(mnl_nlmsg_get_payload(&message));
    if (head.ifi_family != AF_UNSPEC || head.ifi_index <= 0) return std::nullopt;
    LinkChange change;
    change.link.index = head.ifi_index;
    change.exists = message.nlmsg_type == RTM_NEWLINK;
    if (!change.exists) return change;
    const auto attributes = attributesOf<IFLA_LINK_NETNSID + 1>(message, sizeof head);
    change.link.name = QString::fromUtf8(text(attributes[IFLA_IFNAME]));
    if (attributes[IFLA_WIRELESS] || change.link.name.isEmpty()) return std::nullopt;
    if (!attributes[IFLA_LINK_NETNSID])
        change.link.parent = static_cast<int>(number<quint32>(attributes[IFLA_LINK]).value_or(0));
    change.link.tag = vlanTag(attributes[IFLA_LINKINFO]);
    change.link.state = linkState(head.ifi_flags, number<quint8>(attributes[IFLA_OPERSTATE]));
    return change;
}

bool isUsable(const IpAddress& address, quint32 flags) {
    if ((flags & IFA_F_DEPRECATED) != 0) return false;
    if (address.family == AddressFamily::Inet4) return true;
    // For IPv4, the bit of IFA_F_TEMPORARY means "secondary".
    return (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_TEMPORARY)) == 0 && !address.isLinkLocal6();
}

std::optional<Change> readAddress(const nlmsghdr& message) {
    const auto& head = *static_cast<const ifaddrmsg*>(mnl_nlmsg_get_payload(&message));
    if (head.ifa_family != AF_INET && head.ifa_family != AF_INET6) return std::nullopt;
    const auto attributes = attributesOf<IFA_FLAGS + 1>(message, sizeof head);
    // On a point-to-point link, IFA_ADDRESS is the address of the peer.
    const auto own = ipAddress(attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS]);
    if (!own || (own->family == AddressFamily::Inet4) != (head.ifa_family == AF_INET)) return std::nullopt;
    if (head.ifa_prefixlen > own->bits()) return std::nullopt;
    AddressChange change;
    change.index = static_cast<int>(head.ifa_index);
    change.address.own = {*own, head.ifa_prefixlen};
    if (own->family == AddressFamily::Inet4) change.address.broadcast = ipAddress(attributes[IFA_BROADCAST]);
    const quint32 flags = number<quint32>(attributes[IFA_FLAGS]).value_or(head.ifa_flags);
    change.isUsable = message.nlmsg_type == RTM_NEWADDR && isUsable(*own, flags);
    return change;
}

}  // namespace

std::optional<Change> readChange(const nlmsghdr& message) {
    const std::size_t size = mnl_nlmsg_get_payload_len(&message);
    switch (message.nlmsg_type) {
        case RTM_NEWLINK:
        case RTM_DELLINK: return size >= sizeof(ifinfomsg) ? readLink(message) : std::nullopt;
        case RTM_NEWADDR:
        case RTM_DELADDR: return size >= sizeof(ifaddrmsg) ? readAddress(message) : std::nullopt;
        default: return std::nullopt;
    }
}

QByteArray dumpRequest(quint16 type, quint32 sequence) {
    std::array<char, 256> buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = sequence;
    // All zero: every family, every link.
    if (type == RTM_GETLINK) {
        mnl_nlmsg_put_extra_header(message, sizeof(ifinfomsg));
        mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    } else {
        mnl_nlmsg_put_extra_header(message, sizeof(ifaddrmsg));
    }
    return {buffer.data(), static_cast<qsizetype>(message->nlmsg_len)};
}

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link_changes.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
// Flags of a link come from the kernel's header; that of libc lacks the newer ones and cannot be there too.
#include <linux/if.h>

#include "netlink_attributes.h"

namespace fos1::vlan {

namespace {

/// The flags change before operstate does, which the kernel works out later; operstate adds what others may set alone
/// (RFC 2863; Documentation/networking/operstates.rst).
LinkState linkState(unsigned int flags, std::optional<quint8> operstate) {
    if ((flags & IFF_UP) == 0) return LinkState::AdminDown;
    if ((flags & IFF_LOWER_UP) == 0)
        return operstate == IF_OPER_LOWERLAYERDOWN ? LinkState::LowerLayerDown : LinkState::NoCarrier;
    if ((flags & IFF_DORMANT) != 0 || operstate == IF_OPER_DORMANT || operstate == IF_OPER_TESTING)
        return LinkState::Dormant;
    return LinkState::Up;
}

std::optional<VlanTag> vlanTag(const netlink::LinkMessage& link) {
    if (link.kind != "vlan") return std::nullopt;
    const netlink::Attributes<IFLA_VLAN_PROTOCOL + 1> data(link.kindData);
    const auto id = netlink::number<quint16>(data[IFLA_VLAN_ID]);
    if (!id) return std::nullopt;
    const bool isOuter = netlink::number<quint16>(data[IFLA_VLAN_PROTOCOL]) == htons(ETH_P_8021AD);
    return VlanTag{VlanId{*id}, isOuter ? TagProtocol::Ieee8021Ad : TagProtocol::Ieee8021Q};
}

Change changeOf(const netlink::LinkMessage& message) {
    LinkChange change;
    change.link.index = message.index;
    change.exists = !message.isGone;
    if (message.isGone) return change;
    change.link.name = message.name;
    change.link.parent = message.parent;
    change.link.tag = vlanTag(message);
    change.link.state = linkState(message.flags, message.operstate);
    return change;
}

bool isUsable(const IpAddress& address, quint32 flags) {
    if ((flags & IFA_F_DEPRECATED) != 0) return false;
    if (address.family == AddressFamily::Inet4) return true;
    // Of IPv4 the bit of IFA_F_TEMPORARY means "secondary".
    return (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_TEMPORARY)) == 0 && !address.isLinkLocal6();
}

Change changeOf(const netlink::AddressMessage& message) {
    return AddressChange{message.index,
                         {message.own, message.broadcast},
                         !message.isGone && isUsable(message.own.address, message.flags)};
}

}  // namespace

std::optional<Change> changeOf(const netlink::Message& message) {
    if (const auto* link = std::get_if<netlink::LinkMessage>(&message)) return changeOf(*link);
    if (const auto* address = std::get_if<netlink::AddressMessage>(&message)) return changeOf(*address);
    return std::nullopt;
}

}  // namespace fos1::vlan

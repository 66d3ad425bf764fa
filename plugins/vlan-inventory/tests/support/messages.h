// SPDX-License-Identifier: GPL-2.0-or-later
// rtnetlink messages as the kernel writes them, for tests without a kernel.
#pragma once

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
// After the others: see link_changes.cpp.
#include <linux/if.h>

#include <QByteArray>
#include <array>
#include <functional>

namespace fos1::vlan::test {

constexpr unsigned int kRunning = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

struct Head {
    quint16 type = 0;
    quint16 flags = 0;
    quint32 sequence = 0;
    quint32 portId = 0;
};

/// A message with the header `own` and the attributes that `fill` adds.
template <typename Own>
QByteArray message(const Head& head, const Own& own, const std::function<void(nlmsghdr*)>& fill = {}) {
    alignas(nlmsghdr) std::array<char, 2048> buffer{};
    nlmsghdr* whole = mnl_nlmsg_put_header(buffer.data());
    whole->nlmsg_type = head.type;
    whole->nlmsg_flags = head.flags;
    whole->nlmsg_seq = head.sequence;
    whole->nlmsg_pid = head.portId;
    *static_cast<Own*>(mnl_nlmsg_put_extra_header(whole, sizeof own)) = own;
    if (fill) fill(whole);
    QByteArray bytes(buffer.data(), static_cast<qsizetype>(whole->nlmsg_len));
    bytes.append(static_cast<qsizetype>(MNL_ALIGN(whole->nlmsg_len) - whole->nlmsg_len), '\0');
    return bytes;
}

struct LinkText {
    int index = 0;
    const char* name = nullptr;
    unsigned int flags = kRunning;
    quint8 operstate = IF_OPER_UP;
    quint32 parent = 0;
    int vlan = -1;  ///< −1: not a VLAN link
    unsigned char family = AF_UNSPEC;
    quint16 protocol = ETH_P_8021Q;
    bool isParentElsewhere = false;
    bool isWireless = false;
};

inline QByteArray linkMessage(const LinkText& link, Head head = {RTM_NEWLINK, 0, 0, 0}) {
    ifinfomsg own{};
    own.ifi_family = link.family;
    own.ifi_index = link.index;
    own.ifi_flags = link.flags;
    return message(head, own, [&](nlmsghdr* to) {
        if (link.name) mnl_attr_put_strz(to, IFLA_IFNAME, link.name);
        mnl_attr_put_u32(to, IFLA_MTU, 1500);
        mnl_attr_put_u8(to, IFLA_OPERSTATE, link.operstate);
        if (link.parent != 0) mnl_attr_put_u32(to, IFLA_LINK, link.parent);
        if (link.isParentElsewhere) mnl_attr_put_u32(to, IFLA_LINK_NETNSID, 0);
        if (link.isWireless) mnl_attr_put_u32(to, IFLA_WIRELESS, 0);
        nlattr* info = mnl_attr_nest_start(to, IFLA_LINKINFO);
        mnl_attr_put_strz(to, IFLA_INFO_KIND, link.vlan < 0 ? "veth" : "vlan");
        if (link.vlan >= 0) {
            nlattr* data = mnl_attr_nest_start(to, IFLA_INFO_DATA);
            mnl_attr_put_u16(to, IFLA_VLAN_PROTOCOL, htons(link.protocol));
            mnl_attr_put_u16(to, IFLA_VLAN_ID, static_cast<quint16>(link.vlan));
            mnl_attr_nest_end(to, data);
        }
        mnl_attr_nest_end(to, info);
    });
}

struct AddressText {
    int index = 0;
    const char* local = nullptr;
    int prefixLength = 24;
    const char* peer = nullptr;  ///< of a point-to-point link
    const char* broadcast = nullptr;
    quint32 flags = IFA_F_PERMANENT;
};

inline QByteArray addressMessage(const AddressText& address, Head head = {RTM_NEWADDR, 0, 0, 0}) {
    const bool is4 = QByteArray(address.local).contains('.');
    ifaddrmsg own{};
    own.ifa_family = is4 ? AF_INET : AF_INET6;
    own.ifa_prefixlen = static_cast<unsigned char>(address.prefixLength);
    own.ifa_flags = static_cast<unsigned char>(address.flags);
    own.ifa_index = static_cast<unsigned int>(address.index);
    return message(head, own, [&](nlmsghdr* to) {
        const auto put = [&](quint16 type, const char* text) {
            std::array<unsigned char, 16> bytes{};
            ::inet_pton(own.ifa_family, text, bytes.data());
            mnl_attr_put(to, type, is4 ? 4 : 16, bytes.data());
        };
        put(IFA_ADDRESS, address.peer ? address.peer : address.local);
        if (is4 || address.peer) put(IFA_LOCAL, address.local);
        if (address.broadcast) put(IFA_BROADCAST, address.broadcast);
        mnl_attr_put_u32(to, IFA_FLAGS, address.flags);
    });
}

inline QByteArray doneMessage(Head head, int code = 0) {
    head.type = NLMSG_DONE;
    return message(head, code);
}

}  // namespace fos1::vlan::test

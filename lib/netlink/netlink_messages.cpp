// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_messages.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

namespace fos1::netlink {

int errorCode(const nlmsghdr& message) {
    int code = 0;
    if (mnl_nlmsg_get_payload_len(&message) < sizeof code) return 0;
    std::memcpy(&code, mnl_nlmsg_get_payload(&message), sizeof code);
    // The least int has no counterpart.
    return code == std::numeric_limits<int>::min() ? EINVAL : -code;
}

QByteArray dumpRequest(quint16 type, quint8 family, quint32 sequence) {
    alignas(nlmsghdr) std::array<char, 256> buffer{};
    nlmsghdr* message = mnl_nlmsg_put_header(buffer.data());
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message->nlmsg_seq = sequence;
    const std::size_t head = type == RTM_GETLINK   ? sizeof(ifinfomsg)
                             : type == RTM_GETADDR ? sizeof(ifaddrmsg)
                                                   : sizeof(rtmsg);
    // The family comes first in each of them; the rest is zero: every link, every table.
    *static_cast<quint8*>(mnl_nlmsg_put_extra_header(message, head)) = family;
    if (type == RTM_GETLINK) mnl_attr_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
    return {buffer.data(), static_cast<qsizetype>(message->nlmsg_len)};
}

}  // namespace fos1::netlink

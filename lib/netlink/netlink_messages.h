// SPDX-License-Identifier: GPL-2.0-or-later
// A datagram as messages, and what the heads of messages say. Pure.
#pragma once

#include <libmnl/libmnl.h>

#include <QByteArray>

namespace fos1::netlink {

/// libmnl takes a length of 2 GiB or more for a negative one, which would pass its check.
inline bool isWhole(const nlmsghdr* message, int left) {
    return mnl_nlmsg_ok(message, left) && message->nlmsg_len <= static_cast<unsigned>(left);
}

/// `take` is called with each message that is whole; the first one that is not ends it. `datagram` is aligned, as
/// every QByteArray that is not a part of another one.
template <typename Take>
void eachMessage(const QByteArray& datagram, Take take) {
    int left = static_cast<int>(datagram.size());
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.constData()); isWhole(message, left);
         message = mnl_nlmsg_next(message, &left))
        take(*message);
}

/// The code in an NLMSG_ERROR or NLMSG_DONE, negated by the kernel; 0 when there is none.
[[nodiscard]] int errorCode(const nlmsghdr& message);

/// RTM_GETLINK, RTM_GETADDR or RTM_GETROUTE for all entries of a family (AF_UNSPEC: of every family), as one datagram.
[[nodiscard]] QByteArray dumpRequest(quint16 type, quint8 family, quint32 sequence);

}  // namespace fos1::netlink

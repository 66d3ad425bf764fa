// SPDX-License-Identifier: GPL-2.0-or-later
// Datagrams of rtnetlink: answers to a dump and notifications, in any order, interrupted and malformed.
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

#include "fuzz.h"
#include "netlink/link_keeper.h"

namespace fos1::fuzz {

namespace {

/// Routes too: they are read, and not kept here.
constexpr quint32 kEverything =
    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;

/// The steps that a link monitor takes with a dialogue.
void follow(const std::vector<QByteArray>& datagrams) {
    vlan::LinkKeeper keeper;
    netlink::Dialogue reader(kEverything, keeper);
    reader.reset(0);
    FUZZ_CLAIM(!reader.begin().isEmpty() && !reader.isIdle());
    bool wasComplete = false;
    for (const QByteArray& datagram : datagrams) {
        const netlink::Dialogue::Outcome outcome = datagram.isEmpty() ? reader.lost() : reader.receive(datagram);
        FUZZ_CLAIM(outcome.request.isEmpty() || !reader.isIdle());
        FUZZ_CLAIM(!wasComplete || reader.isComplete());
        FUZZ_CLAIM(!outcome.isChanged || reader.isComplete());
        wasComplete = reader.isComplete();
        if (!outcome.failure.isEmpty()) return;
        if (outcome.needsAgain && reader.isIdle()) FUZZ_CLAIM(!reader.begin().isEmpty());
    }
}

}  // namespace

void runOne(const QByteArray& input) {
    follow(records(input));
    follow({input});
}

}  // namespace fos1::fuzz

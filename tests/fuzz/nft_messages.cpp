// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of netfilter: notifications of the kernel, its lists of counted elements and of tracked connections.
#include <libmnl/libmnl.h>

#include "fuzz.h"
#include "nft/change_reader.h"
#include "nft/counter_reader.h"
#include "nft/flow_reader.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    firewall::ChangeReader reader("fos1-nft");
    for (const QByteArray& datagram : records(input)) {
        if (datagram.isEmpty()) reader.lost();
        reader.receive(datagram);
    }
    // Only our own changes: every thread that the kernel names has this name here.
    firewall::ChangeReader once("fos1-nft");
    once.receive(input);
    once.lost();
    FUZZ_CLAIM(!once.receive({}));

    const auto* message = reinterpret_cast<const nlmsghdr*>(input.constData());
    const auto size = static_cast<quint32>(input.size());
    if (size < sizeof(nlmsghdr) || message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > size) return;
    std::map<QString, firewall::Counter> counters;
    firewall::readCounters(message, counters);
    for (const auto& [interface, counter] : counters) FUZZ_CLAIM(!interface.isEmpty());
    // Another list is added and does not change the earlier counters.
    const auto before = counters;
    firewall::readCounters(message, counters);
    FUZZ_CLAIM(counters.size() == before.size());

    FUZZ_CLAIM(!firewall::redirectedFlow(message, {}));
    const auto flow = firewall::redirectedFlow(message, {*net::IpAddress::parse(QStringLiteral("10.30.0.2"))});
    FUZZ_CLAIM(!flow || flow->tuple.size() < input.size());
}

}  // namespace fos1::fuzz

// SPDX-License-Identifier: GPL-2.0-or-later
// Queries nf_tables with its own messages, which takes a tenth of the time that a listing of libnftables takes, and
// connection tracking.
#pragma once

#include <linux/netlink.h>

#include <QString>
#include <map>
#include <set>

#include "fos1/result.h"
#include "ip_address.h"
#include "model/counters.h"
#include "netlink_questions.h"

namespace fos1::firewall {

/// Each query waits for the kernel's answer, at most 1 s per part. Works in the network namespace of the thread that
/// makes the first query. Keeps its socket: the kernel closes a netfilter socket only after all earlier deletions are
/// complete, which takes an RCU grace period.
class Netfilter {
   public:
    /// The generation of the whole ruleset.
    [[nodiscard]] Result<quint32> generation();

    /// The counters of a set of the table, by interface; NotFound when there is no such set.
    [[nodiscard]] Result<std::map<QString, Counter>> counters(const char* set);
    /// The counter of one interface in it.
    [[nodiscard]] Result<Counter> counter(const char* set, const QString& interface);

    /// Lets connection tracking forget the redirected NTP exchanges of these clients: rules decide only about the first
    /// packet of an exchange, and a client that always uses the same port continues the exchange for as long as it
    /// asks.
    [[nodiscard]] tl::expected<void, Error> endRedirections(const std::set<net::IpAddress>& clients);

   private:
    netlink::Questions m_questions{NETLINK_NETFILTER};
};

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// What nf_tables is asked for in its own messages, which takes a tenth of the time that libnftables takes to list.
#pragma once

#include <linux/netlink.h>

#include <QString>
#include <map>

#include "fos1/result.h"
#include "model/counters.h"
#include "netlink_questions.h"

namespace fos1::firewall {

/// Each question waits for the kernel's answer, 1 s at most for each part. Works in the network namespace of the thread
/// that asks first, and keeps its socket: the kernel closes one of netfilter's only when all that was deleted before is
/// gone, which takes an RCU grace period.
class Netfilter {
   public:
    /// Of the whole ruleset.
    [[nodiscard]] Result<quint32> generation();

    /// Of a set of the table by interface; NotFound when there is none.
    [[nodiscard]] Result<std::map<QString, Counter>> counters(const char* set);
    /// Of one interface in it.
    [[nodiscard]] Result<Counter> counter(const char* set, const QString& interface);

   private:
    netlink::Questions m_questions{NETLINK_NETFILTER};
};

}  // namespace fos1::firewall

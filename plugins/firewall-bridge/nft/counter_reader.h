// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the counters of a listed nf_tables set from the kernel's messages (linux/netfilter/nf_tables.h). Pure.
#pragma once

#include <QString>
#include <map>

#include "model/counters.h"

struct nlmsghdr;

namespace fos1::firewall {

/// Adds the counters of one message, by interface. Elements of another shape are ignored. The message is complete
/// (mnl_nlmsg_ok).
void readCounters(const nlmsghdr* message, std::map<QString, Counter>& into);

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// The counters in a listed set of nf_tables, read from the kernel's messages (linux/netfilter/nf_tables.h). Pure.
#pragma once

#include <QString>
#include <map>

#include "model/counters.h"

struct nlmsghdr;

namespace fos1::firewall {

/// Adds those of one message, by interface; what is of another shape is none. The message is whole (mnl_nlmsg_ok).
void readCounters(const nlmsghdr* message, std::map<QString, Counter>& into);

}  // namespace fos1::firewall

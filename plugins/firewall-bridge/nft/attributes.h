// SPDX-License-Identifier: GPL-2.0-or-later
// The attributes of a message of nf_tables, one by one. Within the message's bounds.
#pragma once

#include <linux/netfilter/nfnetlink.h>

#include "netlink_attributes.h"

namespace fos1::firewall {

using netlink::eachAttribute;

/// `take` is called with each.
template <typename Take>
void eachAttribute(const nlmsghdr* message, Take take) {
    netlink::eachAttribute(message, sizeof(nfgenmsg), take);
}

}  // namespace fos1::firewall

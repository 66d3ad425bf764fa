// SPDX-License-Identifier: GPL-2.0-or-later
// Iterates over the attributes of an nf_tables message. Stays within the message.
#pragma once

#include <linux/netfilter/nfnetlink.h>

#include "netlink_attributes.h"

namespace fos1::firewall {

using netlink::eachAttribute;

/// Calls `take` with each attribute.
template <typename Take>
void eachAttribute(const nlmsghdr* message, Take take) {
    netlink::eachAttribute(message, sizeof(nfgenmsg), take);
}

}  // namespace fos1::firewall

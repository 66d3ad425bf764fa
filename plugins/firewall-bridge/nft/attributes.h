// SPDX-License-Identifier: GPL-2.0-or-later
// Iterates over the attributes of a message of netfilter. Stays within the message.
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

/// The attribute of a type in a nest or a message; null when it is missing or the nest is null.
template <typename Nest>
const nlattr* attributeIn(const Nest* nest, int type) {
    const nlattr* found = nullptr;
    const auto take = [&](const nlattr* each) {
        if (mnl_attr_get_type(each) == type) found = each;
    };
    if (nest != nullptr) eachAttribute(nest, take);
    return found;
}

}  // namespace fos1::firewall

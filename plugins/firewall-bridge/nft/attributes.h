// SPDX-License-Identifier: GPL-2.0-or-later
// Iterates over the attributes of a message of netfilter: libmnl's callbacks for a lambda. Stays within the message.
#pragma once

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>

namespace fos1::firewall {

template <typename Take>
int takeAttribute(const nlattr* attribute, void* take) {
    (*static_cast<Take*>(take))(attribute);
    return MNL_CB_OK;
}

/// Calls `take` with each attribute.
template <typename Take>
void eachAttribute(const nlmsghdr* message, Take take) {
    if (mnl_nlmsg_get_payload_len(message) >= sizeof(nfgenmsg))
        mnl_attr_parse(message, sizeof(nfgenmsg), &takeAttribute<Take>, &take);
}
template <typename Take>
void eachAttribute(const nlattr* nest, Take take) {
    mnl_attr_parse_nested(nest, &takeAttribute<Take>, &take);
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

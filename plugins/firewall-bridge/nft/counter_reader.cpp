// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/counter_reader.h"

#include <endian.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/attributes.h"

namespace fos1::firewall {

namespace {

quint64 number(const nlattr* attribute) {
    if (attribute == nullptr || mnl_attr_validate(attribute, MNL_TYPE_U64) < 0) return 0;
    return be64toh(mnl_attr_get_u64(attribute));
}

void readElement(const nlattr* element, std::map<QString, Counter>& into) {
    const nlattr* name = attributeIn(attributeIn(element, NFTA_SET_ELEM_KEY), NFTA_DATA_VALUE);
    const nlattr* counter = attributeIn(attributeIn(element, NFTA_SET_ELEM_EXPR), NFTA_EXPR_DATA);
    if (name == nullptr || counter == nullptr) return;
    const auto* text = static_cast<const char*>(mnl_attr_get_payload(name));
    const auto length = static_cast<qsizetype>(qstrnlen(text, mnl_attr_get_payload_len(name)));
    const QString interface = QString::fromLatin1(text, length);
    if (interface.isEmpty()) return;
    into[interface] = {number(attributeIn(counter, NFTA_COUNTER_PACKETS)),
                       number(attributeIn(counter, NFTA_COUNTER_BYTES))};
}

}  // namespace

void readCounters(const nlmsghdr* message, std::map<QString, Counter>& into) {
    eachAttribute(message, [&](const nlattr* list) {
        if (mnl_attr_get_type(list) == NFTA_SET_ELEM_LIST_ELEMENTS)
            eachAttribute(list, [&](const nlattr* element) { readElement(element, into); });
    });
}

}  // namespace fos1::firewall

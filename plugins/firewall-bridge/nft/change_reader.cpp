// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/change_reader.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "netlink_messages.h"
#include "nft/attributes.h"
#include "nft/table_text.h"

namespace fos1::firewall {

namespace {

/// In every message except NEWGEN, the first attribute is the table's name.
constexpr int kTableAttribute = NFTA_TABLE_NAME;
static_assert(NFTA_CHAIN_TABLE == kTableAttribute && NFTA_RULE_TABLE == kTableAttribute &&
              NFTA_SET_TABLE == kTableAttribute && NFTA_SET_ELEM_LIST_TABLE == kTableAttribute &&
              NFTA_OBJ_TABLE == kTableAttribute && NFTA_FLOWTABLE_TABLE == kTableAttribute);

QByteArray text(const nlmsghdr* message, int type) {
    QByteArray found;
    eachAttribute(message, [&](const nlattr* each) {
        if (mnl_attr_get_type(each) == type && mnl_attr_validate(each, MNL_TYPE_NUL_STRING) >= 0)
            found = mnl_attr_get_str(each);
    });
    return found;
}

}  // namespace

bool ChangeReader::receive(const QByteArray& datagram) {
    bool isForeign = false;
    netlink::eachMessage(datagram, [&](const nlmsghdr& message) {
        if (NFNL_SUBSYS_ID(message.nlmsg_type) != NFNL_SUBSYS_NFTABLES) return;
        if (mnl_nlmsg_get_payload_len(&message) < sizeof(nfgenmsg)) return;
        if (NFNL_MSG_TYPE(message.nlmsg_type) == NFT_MSG_NEWGEN) {
            if (m_isTouched && text(&message, NFTA_GEN_PROC_NAME) != m_ourThread) isForeign = true;
            m_isTouched = false;
            return;
        }
        const auto* header = static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(&message));
        if (header->nfgen_family == NFPROTO_INET && text(&message, kTableAttribute) == kTableName) m_isTouched = true;
    });
    return isForeign;
}

}  // namespace fos1::firewall

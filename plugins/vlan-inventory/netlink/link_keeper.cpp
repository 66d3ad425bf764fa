// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link_keeper.h"

#include <linux/rtnetlink.h>

#include "netlink/link_changes.h"

namespace fos1::vlan {

const quint32 LinkKeeper::kGroups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;

void TableRebuild::dumped(const Change& change) {
    if (const auto* link = std::get_if<LinkChange>(&change)) {
        if (!m_links.contains(link->link.index)) m_table.apply(change);
        return;
    }
    const auto& address = std::get<AddressChange>(change);
    if (!m_goneLinks.contains(address.index) && !m_addresses.contains({address.index, address.address.own}))
        m_table.apply(change);
}

void TableRebuild::notified(const Change& change) {
    m_table.apply(change);
    if (const auto* link = std::get_if<LinkChange>(&change)) {
        m_links.insert(link->link.index);
        if (!link->exists) m_goneLinks.insert(link->link.index);
        return;
    }
    const auto& address = std::get<AddressChange>(change);
    m_addresses.insert({address.index, address.address.own});
}

void LinkKeeper::dumped(const netlink::Message& message) {
    if (const auto change = changeOf(message)) m_rebuild->dumped(*change);
}

bool LinkKeeper::notified(const netlink::Message& message) {
    const auto change = changeOf(message);
    if (!change) return false;
    if (m_rebuild) m_rebuild->notified(*change);
    return m_table.apply(*change);
}

bool LinkKeeper::finish() {
    const std::optional<TableRebuild> rebuilt = std::exchange(m_rebuild, std::nullopt);
    if (m_table == rebuilt->table()) return false;
    m_table = rebuilt->table();
    return true;
}

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/link_table.h"

namespace fos1::vlan {

bool LinkTable::apply(const Change& change) {
    if (const auto* link = std::get_if<LinkChange>(&change)) {
        return link->exists ? set(link->link) : remove(link->link.index);
    }
    const auto& address = std::get<AddressChange>(change);
    if (!address.isUsable) {
        const auto of = m_addresses.find(address.index);
        if (of == m_addresses.end() || of->second.erase(address.address.own) == 0) return false;
        if (of->second.empty()) m_addresses.erase(of);
        return true;
    }
    LinkAddress& known = m_addresses[address.index][address.address.own];
    if (known == address.address) return false;
    known = address.address;
    return true;
}

bool LinkTable::set(const Link& link) {
    const auto [known, isNew] = m_links.try_emplace(link.index, link);
    if (!isNew) {
        if (known->second == link) return false;
        forget(known->second);
        known->second = link;
    }
    index(link);
    return true;
}

bool LinkTable::remove(int index) {
    const bool hadAddresses = m_addresses.erase(index) > 0;
    const auto known = m_links.find(index);
    if (known == m_links.end()) return hadAddresses;
    forget(known->second);
    m_links.erase(known);
    return true;
}

void LinkTable::index(const Link& link) {
    m_byName[link.name] = link.index;
    if (link.tag && link.parent != 0) m_byTag[{link.parent, link.tag->id, link.tag->protocol}] = link.index;
}

/// Another link may have taken the name or the tag in the meantime; that link keeps it.
void LinkTable::forget(const Link& link) {
    if (const auto name = m_byName.find(link.name); name != m_byName.end() && name->second == link.index)
        m_byName.erase(name);
    if (!link.tag) return;
    if (const auto tag = m_byTag.find({link.parent, link.tag->id, link.tag->protocol});
        tag != m_byTag.end() && tag->second == link.index)
        m_byTag.erase(tag);
}

const Link* LinkTable::find(int index) const {
    const auto found = m_links.find(index);
    return found != m_links.end() ? &found->second : nullptr;
}

const Link* LinkTable::find(const QString& name) const {
    const auto found = m_byName.find(name);
    return found != m_byName.end() ? find(found->second) : nullptr;
}

const Link* LinkTable::findVlan(int parent, VlanId id) const {
    for (const TagProtocol protocol : {TagProtocol::Ieee8021Q, TagProtocol::Ieee8021Ad})
        if (const auto found = m_byTag.find({parent, id, protocol}); found != m_byTag.end()) return find(found->second);
    return nullptr;
}

std::vector<LinkAddress> LinkTable::addresses(int index) const {
    std::vector<LinkAddress> list;
    const auto of = m_addresses.find(index);
    if (of == m_addresses.end()) return list;
    list.reserve(of->second.size());
    for (const auto& [own, address] : of->second) list.push_back(address);
    return list;
}

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <utility>

namespace fos1::ntp {

namespace {

struct Bytes {
    const void* data = nullptr;
    std::size_t size = 0;
};

Bytes bytesOf(const sockaddr* address) {
    if (address && address->sa_family == AF_INET)
        return {&reinterpret_cast<const sockaddr_in*>(address)->sin_addr, sizeof(in_addr)};
    if (address && address->sa_family == AF_INET6)
        return {&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, sizeof(in6_addr)};
    return {};
}

}  // namespace

/// Answers whether an address came or went.
bool OwnAddresses::Table::apply(const netlink::Message& message) {
    if (const auto* link = std::get_if<netlink::LinkMessage>(&message)) {
        if (!link->isGone) {
            names.insert_or_assign(link->index, link->name);
            return false;
        }
        names.erase(link->index);
        return std::erase_if(addresses, [link](const auto& each) { return each.second == link->index; }) > 0;
    }
    const auto* address = std::get_if<netlink::AddressMessage>(&message);
    if (!address) return false;
    const std::pair<IpPrefix, int> key{address->own, address->index};
    return address->isGone ? addresses.erase(key) > 0 : addresses.insert(key).second;
}

std::optional<OwnAddresses::Table> OwnAddresses::read() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return std::nullopt;
    Table table;
    std::map<QString, int> links;  // by name, numbered here
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
        const Bytes address = bytesOf(each->ifa_addr);
        const auto ip = IpAddress::fromBytes(address.data, address.size);
        if (!ip) continue;
        const Bytes mask = bytesOf(each->ifa_netmask);
        int length = 0;
        for (std::size_t i = 0; i < mask.size; ++i) length += std::popcount(static_cast<const quint8*>(mask.data)[i]);
        // An address may have a label of its own: eth0:1.
        const QString name = QString::fromUtf8(each->ifa_name).section(u':', 0, 0);
        const int link = links.try_emplace(name, static_cast<int>(links.size())).first->second;
        table.names.try_emplace(link, name);
        table.addresses.insert({{*ip, length}, link});
    }
    ::freeifaddrs(first);
    return table;
}

/// Where they cannot be read, they are as they were.
const OwnAddresses::Table& OwnAddresses::known() const {
    if (m_isFollowed) return m_table;
    if (auto table = read()) m_table = std::move(*table);
    return m_table;
}

void OwnAddresses::dumped(const netlink::Message& message) {
    if (const auto* link = std::get_if<netlink::LinkMessage>(&message)) {
        if (!m_rebuild->touched.names.contains(link->index)) m_rebuild->table.apply(message);
    } else if (const auto* address = std::get_if<netlink::AddressMessage>(&message)) {
        const auto& touched = m_rebuild->touched;
        const auto known = touched.names.find(address->index);
        const bool isLinkGone = known != touched.names.end() && known->second.isEmpty();
        if (!isLinkGone && !touched.addresses.contains({address->own, address->index})) m_rebuild->table.apply(message);
    }
}

bool OwnAddresses::notified(const netlink::Message& message) {
    if (m_rebuild) {
        m_rebuild->table.apply(message);
        if (const auto* link = std::get_if<netlink::LinkMessage>(&message))
            m_rebuild->touched.names.insert_or_assign(link->index, link->isGone ? QString() : link->name);
        else if (const auto* address = std::get_if<netlink::AddressMessage>(&message))
            m_rebuild->touched.addresses.insert({address->own, address->index});
    }
    return m_table.apply(message);
}

bool OwnAddresses::finish() {
    Table table = std::move(std::exchange(m_rebuild, std::nullopt)->table);
    const bool isOther = table.addresses != m_table.addresses;
    m_table = std::move(table);
    m_isFollowed = true;
    return isOther;
}

std::vector<IpPrefix> OwnAddresses::all() const {
    const Table& table = known();
    std::vector<IpPrefix> addresses;
    addresses.reserve(table.addresses.size());
    for (const auto& [own, link] : table.addresses) addresses.push_back(own);
    return addresses;
}

std::vector<IpAddress> OwnAddresses::inet4(const QString& interface) const {
    const Table& table = known();
    std::vector<IpAddress> addresses;
    for (const auto& [own, link] : table.addresses) {
        if (own.address.family != AddressFamily::Inet4) continue;
        const auto name = table.names.find(link);
        if (interface.isEmpty() || (name != table.names.end() && name->second == interface))
            addresses.push_back(own.address);
    }
    return addresses;
}

std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses) {
    std::vector<IpAddress> found;
    for (const IpPrefix& each : addresses)
        if (each.address.family == AddressFamily::Inet4) found.push_back(each.address);
    return found;
}

}  // namespace fos1::ntp

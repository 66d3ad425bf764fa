// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>

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

std::optional<std::vector<OwnAddresses::Each>> OwnAddresses::read() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return std::nullopt;
    std::vector<Each> addresses;
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
        const Bytes address = bytesOf(each->ifa_addr);
        const auto ip = IpAddress::fromBytes(address.data, address.size);
        if (!ip) continue;
        const Bytes mask = bytesOf(each->ifa_netmask);
        int length = 0;
        for (std::size_t i = 0; i < mask.size; ++i) length += std::popcount(static_cast<const quint8*>(mask.data)[i]);
        // An address may have a label of its own: eth0:1.
        addresses.push_back({{*ip, length}, QString::fromUtf8(each->ifa_name).section(u':', 0, 0)});
    }
    ::freeifaddrs(first);
    std::sort(addresses.begin(), addresses.end(), [](const Each& a, const Each& b) { return a.own < b.own; });
    return addresses;
}

/// Where they cannot be read, they are as they were.
const std::vector<OwnAddresses::Each>& OwnAddresses::known() const {
    if (m_isFollowed && !m_isDoubted) return m_known;
    if (auto addresses = read()) {
        m_known = std::move(*addresses);
        m_isDoubted = false;
    }
    return m_known;
}

std::vector<IpPrefix> OwnAddresses::all() const {
    std::vector<IpPrefix> addresses;
    for (const Each& each : known()) addresses.push_back(each.own);
    return addresses;
}

std::vector<IpAddress> OwnAddresses::inet4(const QString& interface) const {
    std::vector<IpAddress> addresses;
    for (const Each& each : known())
        if (each.own.address.family == AddressFamily::Inet4 && (interface.isEmpty() || each.interface == interface))
            addresses.push_back(each.own.address);
    return addresses;
}

void OwnAddresses::follow(bool isFollowed) {
    m_isFollowed = isFollowed;
    doubt();
}

std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses) {
    std::vector<IpAddress> found;
    for (const IpPrefix& each : addresses)
        if (each.address.family == AddressFamily::Inet4) found.push_back(each.address);
    return found;
}

}  // namespace fos1::ntp

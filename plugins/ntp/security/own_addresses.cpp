// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <optional>

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

std::vector<IpPrefix> ownAddresses(const QString& interface) {
    std::vector<IpPrefix> addresses;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return addresses;
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
        // An address may have a label of its own: eth0:1.
        if (!interface.isEmpty() && QString::fromUtf8(each->ifa_name).section(u':', 0, 0) != interface) continue;
        const Bytes address = bytesOf(each->ifa_addr);
        const auto ip = IpAddress::fromBytes(address.data, address.size);
        if (!ip) continue;
        const Bytes mask = bytesOf(each->ifa_netmask);
        int length = 0;
        for (std::size_t i = 0; i < mask.size; ++i) length += std::popcount(static_cast<const quint8*>(mask.data)[i]);
        addresses.push_back({*ip, length});
    }
    ::freeifaddrs(first);
    std::sort(addresses.begin(), addresses.end());
    return addresses;
}

std::vector<IpAddress> inet4Of(const std::vector<IpPrefix>& addresses) {
    std::vector<IpAddress> found;
    for (const IpPrefix& each : addresses)
        if (each.address.family == AddressFamily::Inet4) found.push_back(each.address);
    return found;
}

}  // namespace fos1::ntp

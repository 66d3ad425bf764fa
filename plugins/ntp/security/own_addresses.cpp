// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/own_addresses.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>

namespace fos1::ntp {

std::vector<IpAddress> ownInet4Addresses() {
    std::vector<IpAddress> addresses;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return addresses;
    for (const ifaddrs* each = first; each; each = each->ifa_next) {
        if (!each->ifa_addr || each->ifa_addr->sa_family != AF_INET) continue;
        const in_addr& own = reinterpret_cast<const sockaddr_in*>(each->ifa_addr)->sin_addr;
        addresses.push_back(*IpAddress::fromBytes(&own, sizeof own));
    }
    ::freeifaddrs(first);
    std::sort(addresses.begin(), addresses.end());
    return addresses;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "address_choice.h"

#include <algorithm>
#include <tuple>

#include "ip_prefix.h"

namespace fos1::bridge {

namespace {

bool isUniqueLocal(const net::IpAddress& address) {
    static const net::IpPrefix kUniqueLocal = *net::IpPrefix::parse(QStringLiteral("fc00::/7"));
    return kUniqueLocal.contains(address);
}

/// Networks whose addresses are valid only on a link or a node, or are no unicast addresses.
const std::vector<net::IpPrefix>& unpointableNetworks() {
    // Read once: thousands of VLANs are planned at a time.
    static const std::vector<net::IpPrefix> kNetworks = [] {
        std::vector<net::IpPrefix> all;
        for (const char* text : {"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/128", "::1/128",
                                 "::ffff:0:0/96", "fe80::/9", "ff00::/8"})
            all.push_back(*net::IpPrefix::parse(QLatin1String(text)));
        return all;
    }();
    return kNetworks;
}

}  // namespace

bool isPointable(const net::IpAddress& address) {
    if (address.family == net::AddressFamily::Unknown) return false;
    const std::vector<net::IpPrefix>& networks = unpointableNetworks();
    return std::none_of(networks.begin(), networks.end(),
                        [&](const net::IpPrefix& network) { return network.contains(address); });
}

std::optional<net::IpAddress> chooseAddress(const AddressQuestion& question, const AddressWish& wish) {
    if (!question.isServed) return std::nullopt;
    /// The smallest rank wins.
    using Rank = std::tuple<bool, bool, bool, net::IpAddress>;
    std::optional<Rank> best;
    for (const OwnAddress& each : question.addresses) {
        if (each.address.family != wish.family || each.isPassing) continue;
        const bool isLastResort = wish.linkLocal == LinkLocal::LastResort && each.address.isLinkLocal6();
        if (!isLastResort && !isPointable(each.address)) continue;
        if (each.address == question.present && !isLastResort) return question.present;
        const bool isAlone = each.prefixLength >= each.address.bits();
        const bool isSecond = each.address.family == net::AddressFamily::Inet6 &&
                              isUniqueLocal(each.address) != (wish.inet6 == Inet6Order::UniqueLocalFirst);
        // Among several last resorts, the present one has no advantage over the others.
        const Rank rank{isLastResort, isLastResort ? each.address != question.present : isAlone, isSecond,
                        each.address};
        if (!best || rank < *best) best = rank;
    }
    if (!best) return std::nullopt;
    return std::get<net::IpAddress>(*best);
}

}  // namespace fos1::bridge

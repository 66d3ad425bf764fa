// SPDX-License-Identifier: GPL-2.0-or-later
#include "address_choice.h"

#include <algorithm>
#include <tuple>

#include "ip_prefix.h"

namespace fos1::bridge {

namespace {

bool isIn(const net::IpAddress& address, const char* network) {
    return net::IpPrefix::parse(QLatin1String(network))->contains(address);
}

bool isUniqueLocal(const net::IpAddress& address) { return isIn(address, "fc00::/7"); }

}  // namespace

bool isPointable(const net::IpAddress& address) {
    static constexpr const char* kOthers[] = {"0.0.0.0/8", "127.0.0.0/8",   "169.254.0.0/16", "224.0.0.0/3", "::/128",
                                              "::1/128",   "::ffff:0:0/96", "fe80::/9",       "ff00::/8"};
    if (address.family == net::AddressFamily::Unknown) return false;
    return std::none_of(std::begin(kOthers), std::end(kOthers),
                        [&](const char* network) { return isIn(address, network); });
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

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/known_vlans.h"

namespace fos1::ntp {

namespace {

/// The kernel has none when nobody set it; the network has one all the same.
std::optional<IpAddress> broadcastOf(const IpPrefix& network, const QString& given) {
    if (const auto address = IpAddress::parse(given)) return address;
    if (network.address.family != AddressFamily::Inet4 || network.length > 30) return std::nullopt;
    return network.last();
}

}  // namespace

std::vector<OwnAddress> addressesOf(const network::VlanState& vlan) {
    std::vector<OwnAddress> list;
    for (const network::VlanAddress& each : vlan.addresses) {
        const auto address = IpAddress::parse(each.address);
        if (!address || each.prefixLength < 0 || each.prefixLength > address->bits()) continue;
        const IpPrefix network = IpPrefix{*address, each.prefixLength}.network();
        list.push_back({*address, network, broadcastOf(network, each.broadcast)});
    }
    return list;
}

PrefixTable<QString> networksOf(const Vlans& vlans) {
    PrefixTable<QString> networks;
    for (const auto& [name, vlan] : vlans)
        for (const OwnAddress& each : addressesOf(vlan.state)) networks.set(each.network, name);
    return networks;
}

}  // namespace fos1::ntp

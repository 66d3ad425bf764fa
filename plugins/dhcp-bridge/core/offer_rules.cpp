// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/offer_rules.h"

namespace fos1::dhcp {

namespace {

/// DHCP options for NTP carry no port (RFC 2132, 8.3; RFC 5908): clients use the well-known one.
constexpr int kPort = 123;

VlanOffer withheld(VlanOffer offer, const QString& reason) {
    offer.wish = Wish::Withhold;
    offer.reason = reason;
    return offer;
}

}  // namespace

VlanOffer offerOf(const time::ServiceState& vlan, OnLoss onLoss) {
    VlanOffer offer;
    offer.interface = vlan.interface;
    for (const time::ServedAddress& each : vlan.addresses)
        if (const auto address = net::IpAddress::parse(each.address))
            offer.addresses.push_back({*address, each.prefixLength});
    if (!vlan.dhcp)
        return withheld(std::move(offer), QStringLiteral("The service is declared not to be advertised by DHCP."));
    if (!vlan.accepting) return withheld(std::move(offer), vlan.reason);
    if (vlan.port != kPort)
        return withheld(std::move(offer),
                        QStringLiteral("The service is on port %1, and DHCP can only point clients to port %2.")
                            .arg(vlan.port)
                            .arg(kPort));
    offer.wish = vlan.advertise ? Wish::Tell : onLoss == OnLoss::Keep ? Wish::Keep : Wish::Withhold;
    if (offer.wish != Wish::Tell) offer.reason = vlan.reason;
    return offer;
}

GroupOffer offerOf(const time::ClientState& group) {
    GroupOffer offer;
    for (const QString& each : group.networks)
        if (const auto network = net::IpPrefix::parse(each)) offer.networks.push_back(network->network());
    for (const QString& each : group.servers)
        if (const auto server = net::IpAddress::parse(each); server && bridge::isPointable(*server))
            offer.servers.push_back(*server);
    if (!group.allow)
        offer.withheld = QStringLiteral("its clients are not answered");
    else if (group.requireNts)
        offer.withheld = QStringLiteral("its clients need NTS, which DHCP cannot announce");
    return offer;
}

}  // namespace fos1::dhcp

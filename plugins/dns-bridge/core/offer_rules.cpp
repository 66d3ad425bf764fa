// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/offer_rules.h"

namespace fos1::dns {

VlanOffer offerOf(const time::ServiceState& vlan, OnLoss onLoss) {
    VlanOffer offer;
    offer.name = vlan.dnsName;
    offer.zone = vlan.dnsZone;
    offer.port = static_cast<quint16>(vlan.port);
    offer.ntsPort = static_cast<quint16>(vlan.ntsPort);
    for (const time::ServedAddress& each : vlan.addresses)
        if (const auto address = net::IpAddress::parse(each.address))
            offer.addresses.push_back({*address, each.prefixLength});
    offer.reason = vlan.reason;
    if (!vlan.accepting) return offer;
    if (vlan.dnsName.isEmpty()) {
        offer.reason = QStringLiteral("The service is declared without a name in DNS.");
        return offer;
    }
    offer.wish = vlan.advertise ? Wish::Tell : onLoss == OnLoss::Keep ? Wish::Keep : Wish::Withhold;
    if (offer.wish == Wish::Tell) offer.reason.clear();
    return offer;
}

}  // namespace fos1::dns

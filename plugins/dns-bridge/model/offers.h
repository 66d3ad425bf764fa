// SPDX-License-Identifier: GPL-2.0-or-later
// What is to have a name, before it is known which zones there are. Values.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "address_choice.h"
#include "wish.h"

namespace fos1::dns {

using bridge::Wish;

/// The service of this node in one VLAN.
struct VlanOffer {
    QString name;  ///< as declared; empty: the service has no name in DNS, or it is not known yet
    QString zone;  ///< as declared; empty: the zone that the name belongs to
    std::vector<bridge::OwnAddress> addresses;
    quint16 port = 0;
    quint16 ntsPort = 0;  ///< 0: NTS is not served
    Wish wish = Wish::Withhold;
    QString reason;  ///< unless the wish is Tell

    bool operator==(const VlanOffer&) const = default;
};

/// A reason alone is no change for clients.
[[nodiscard]] inline bool tellsTheSame(const VlanOffer& a, const VlanOffer& b) {
    if (a.wish != b.wish || a.name != b.name || a.zone != b.zone) return false;
    return a.wish != Wish::Tell || (a.addresses == b.addresses && a.port == b.port && a.ntsPort == b.ntsPort);
}

struct Offers {
    std::map<QString, VlanOffer> vlans;  ///< by name
    quint16 stratum = 0;                 ///< of this node; 0: unknown
    bool withdrawsAll = false;           ///< everything of ours is removed from the zones

    bool operator==(const Offers&) const = default;
};

}  // namespace fos1::dns

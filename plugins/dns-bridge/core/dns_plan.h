// SPDX-License-Identifier: GPL-2.0-or-later
// Decides which names and records each zone should have for the time service of this node. Pure. Must not know servers,
// what they have, or who owns it.
//
// - The name of the service has an address of each VLAN: in a zone for all VLANs beside one name for each VLAN
//   (ntp.vlan-10.lan.test), in a zone for one VLAN (a view) alone.
// - _ntp._udp, and _ntske._tcp where NTS is served, point at the name (SRV, RFC 2782).
// - A reverse zone has a pointer from each address to the name.
#pragma once

#include "model/offers.h"
#include "model/zone.h"

namespace fos1::dns {

struct ZonePlans {
    std::vector<std::shared_ptr<const ZonePlan>> zones;  ///< in the order of the zones
    std::map<QString, QString> problems;                 ///< why a VLAN has no name, or not all; by VLAN
};

/// `router`: a label for this router, for zones with `hasRouterName`.
[[nodiscard]] ZonePlans planZones(const Offers& offers, const std::vector<ZoneSpec>& zones, const QString& router);

/// The same for offers that change one VLAN at a time: names of others alone keep their plan.
class ZonePlanner {
   public:
    ZonePlanner(std::vector<ZoneSpec> zones, QString router)
        : m_zones(std::move(zones)), m_router(std::move(router)), m_plans(m_zones.size()) {}

    [[nodiscard]] ZonePlans plan(const Offers& offers);

    /// The records of a VLAN at one name.
    struct Share {
        std::size_t zone = 0;
        DnsName name;
        std::vector<Record> records;
    };
    struct VlanPlan {
        VlanOffer offer;
        std::vector<Share> shares;
        QString problem;
    };

   private:
    struct JoinedName {
        std::map<QString, const VlanPlan*> parts;  ///< of the VLANs that have a share
        std::map<QString, QString> problems;
    };

    void replaceShares(const QString& vlan, VlanPlan& plan, std::vector<Share> shares);
    void joinChanged();

    const std::vector<ZoneSpec> m_zones;
    const QString m_router;
    quint16 m_stratum = 0;
    std::map<QString, VlanPlan> m_vlans;
    using NameIn = std::pair<std::size_t, DnsName>;  ///< by zone
    std::map<NameIn, JoinedName> m_names;
    std::set<NameIn> m_changed;  ///< to be joined again
    std::vector<ZonePlan> m_plans;
};

/// More addresses at one name are left to the names of the VLANs: answers would be long, and BIND refuses more than 100
/// records of a type (max-records-per-type).
constexpr int kMostAddresses = 64;

}  // namespace fos1::dns

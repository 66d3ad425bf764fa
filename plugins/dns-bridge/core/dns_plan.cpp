// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/dns_plan.h"

#include <algorithm>

#include "core/ownership_mark.h"
#include "core/reverse_names.h"

namespace fos1::dns {

namespace {

using bridge::AddressQuestion;
using bridge::AddressWish;

constexpr quint16 kWeight = 10;

/// An address of each family that clients of any network can be pointed to.
std::vector<net::IpAddress> addressesOf(const VlanOffer& offer) {
    std::vector<net::IpAddress> chosen;
    for (const net::AddressFamily family : {net::AddressFamily::Inet4, net::AddressFamily::Inet6}) {
        AddressWish wish;
        wish.family = family;
        AddressQuestion question;
        question.addresses = offer.addresses;
        question.isServed = true;
        if (const auto address = bridge::chooseAddress(question, wish)) chosen.push_back(*address);
    }
    return chosen;
}

class Planner {
   public:
    Planner(const Offers& offers, const std::vector<ZoneSpec>& zones, const QString& router)
        : m_offers(offers), m_zones(zones), m_router(router), m_plans(zones.size()) {}

    ZonePlans plan();

   private:
    struct Home {
        std::size_t zone = 0;
        DnsName name;  ///< of the service
    };

    void planVlan(const QString& vlan, const VlanOffer& offer);
    [[nodiscard]] std::vector<Home> homesOf(const QString& vlan, const VlanOffer& offer);
    void planHome(const QString& vlan, const VlanOffer& offer, const Home& home);
    void addService(const QString& vlan, const VlanOffer& offer, const Home& home, const DnsName& below,
                    const DnsName& target);
    void addPointers(const QString& vlan, const VlanOffer& offer, const DnsName& target);
    void add(std::size_t zone, const Result<DnsName>& name, const QString& vlan, const VlanOffer& offer,
             const std::vector<Record>& records);
    void complain(const QString& vlan, const QString& problem) { m_problems.emplace(vlan, problem); }

    const Offers& m_offers;
    const std::vector<ZoneSpec>& m_zones;
    const QString& m_router;
    std::vector<ZonePlan> m_plans;
    std::map<QString, QString> m_problems;
};

ZonePlans Planner::plan() {
    if (!m_offers.withdrawsAll)
        for (const auto& [vlan, offer] : m_offers.vlans) planVlan(vlan, offer);
    ZonePlans plans;
    for (ZonePlan& each : m_plans) plans.zones.push_back(std::make_shared<const ZonePlan>(std::move(each)));
    plans.problems = std::move(m_problems);
    return plans;
}

void Planner::planVlan(const QString& vlan, const VlanOffer& offer) {
    if (offer.name.isEmpty()) {
        // The time service starts together with us; which name it had is not known yet.
        if (offer.wish == Wish::Keep)
            for (ZonePlan& each : m_plans) each.keepsRest = true;
        return;
    }
    const std::vector<Home> homes = homesOf(vlan, offer);
    if (homes.empty()) return;
    if (offer.wish == Wish::Tell && addressesOf(offer).empty())
        complain(vlan, QStringLiteral("The VLAN has no address that is valid beyond its link."));
    for (const Home& home : homes) planHome(vlan, offer, home);
    addPointers(vlan, offer, homes.front().name);
}

/// The deepest of the zones that the name can be in; several if they have the same name on different servers.
std::vector<Planner::Home> Planner::homesOf(const QString& vlan, const VlanOffer& offer) {
    std::vector<Home> homes;
    QString mistake;
    bool isOfOthers = false;
    const auto declared = DnsName::parse(offer.name);
    const bool isRelative = !offer.name.contains(u'.');
    for (std::size_t i = 0; i < m_zones.size(); ++i) {
        const ZoneSpec& zone = m_zones[i];
        if (isReverse(zone)) continue;
        const bool isNamed = !offer.zone.isEmpty();
        if (isNamed && offer.zone != zone.name && DnsName::parse(offer.zone) != zone.domain) continue;
        Result<DnsName> name = declared;
        if (declared && !declared->isWithin(zone.domain)) {
            if (!isNamed && !isRelative) continue;
            name = zone.domain.child(offer.name.endsWith(u'.') ? offer.name.chopped(1) : offer.name);
        }
        if (!name) {
            mistake = name.error().message;
            continue;
        }
        if (!zone.admits(vlan)) {
            isOfOthers = true;
            continue;
        }
        const int depth = zone.domain.labelCount();
        const int known = homes.empty() ? 0 : m_zones[homes.front().zone].domain.labelCount();
        // A relative name is in each zone; any other one in the deepest.
        if (!isRelative && !isNamed && !homes.empty() && depth != known) {
            if (depth < known) continue;
            homes.clear();
        }
        homes.push_back({i, *name});
    }
    if (homes.empty()) {
        if (!mistake.isEmpty())
            complain(vlan, QStringLiteral("The name \"%1\" cannot be used: %2.").arg(offer.name, mistake));
        else if (isOfOthers)
            complain(vlan, QStringLiteral("The zones for \"%1\" in host.yaml are for other VLANs.").arg(offer.name));
        else if (offer.zone.isEmpty())
            complain(vlan, QStringLiteral("No zone in host.yaml contains \"%1\".").arg(offer.name));
        else
            complain(vlan, QStringLiteral("No zone in host.yaml has the name \"%1\".").arg(offer.zone));
    }
    return homes;
}

void Planner::planHome(const QString& vlan, const VlanOffer& offer, const Home& home) {
    const ZoneSpec& zone = m_zones[home.zone];
    std::vector<Record> addresses;
    for (const net::IpAddress& each : addressesOf(offer)) addresses.push_back(addressRecord(each));
    add(home.zone, home.name, vlan, offer, addresses);
    DnsName target = home.name;
    if (zone.hasRouterName) {
        const auto name = home.name.child(m_router);
        add(home.zone, name, vlan, offer, addresses);
        if (name) target = *name;
    }
    addService(vlan, offer, home, zone.domain, target);
    if (!zone.hasVlanNames || zone.vlans.size() == 1) return;
    const auto below = zone.domain.child(vlan);
    const auto name = below ? below->child(home.name.relativeTo(zone.domain)) : below;
    add(home.zone, name, vlan, offer, addresses);
    if (name) addService(vlan, offer, home, *below, *name);
}

void Planner::addService(const QString& vlan, const VlanOffer& offer, const Home& home, const DnsName& below,
                         const DnsName& target) {
    const auto record = [&](quint16 port) {
        return std::vector<Record>{serviceRecord({m_offers.stratum, kWeight, port, target})};
    };
    add(home.zone, below.child(QStringLiteral("_ntp._udp")), vlan, offer, record(offer.port));
    if (offer.ntsPort != 0)
        add(home.zone, below.child(QStringLiteral("_ntske._tcp")), vlan, offer, record(offer.ntsPort));
}

void Planner::addPointers(const QString& vlan, const VlanOffer& offer, const DnsName& target) {
    for (const net::IpAddress& address : addressesOf(offer)) {
        int deepest = -1;
        std::vector<Home> homes;
        for (std::size_t i = 0; i < m_zones.size(); ++i) {
            if (!isReverse(m_zones[i]) || !m_zones[i].admits(vlan)) continue;
            const auto name = reverseName(address, m_zones[i]);
            if (!name) continue;
            const int depth = m_zones[i].domain.labelCount();
            if (depth > deepest) homes.clear();
            if (depth >= deepest) homes.push_back({i, *name});
            deepest = std::max(deepest, depth);
        }
        for (const Home& home : homes) add(home.zone, home.name, vlan, offer, {pointerRecord(target)});
    }
}

void Planner::add(std::size_t zone, const Result<DnsName>& name, const QString& vlan, const VlanOffer& offer,
                  const std::vector<Record>& records) {
    if (!name) {
        complain(vlan, QStringLiteral("A name of this VLAN cannot be used: %1.").arg(name.error().message));
        return;
    }
    NamePlan& plan = m_plans[zone].names[*name];
    plan.vlans.insert(vlan);
    if (offer.wish != Wish::Tell && plan.reason.isEmpty()) plan.reason = offer.reason;
    std::set<Record>* const target = offer.wish == Wish::Tell   ? &plan.wanted
                                     : offer.wish == Wish::Keep ? &plan.keepable
                                                                : nullptr;
    if (!target) return;
    for (const Record& each : records) {
        if (!fitsMark(each))
            complain(vlan, QStringLiteral("%1 points at a name that is too long.").arg(name->shortText()));
        else if (static_cast<int>(target->size()) < kMostAddresses)
            target->insert(each);
        else
            complain(vlan, QStringLiteral("%1 has %2 addresses already; clients of this VLAN find its own name.")
                               .arg(name->shortText())
                               .arg(kMostAddresses));
    }
}

}  // namespace

ZonePlans planZones(const Offers& offers, const std::vector<ZoneSpec>& zones, const QString& router) {
    return Planner(offers, zones, router).plan();
}

}  // namespace fos1::dns

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

/// Below any zone.
bool isRelative(const VlanOffer& offer) { return !offer.name.contains(u'.'); }

QString whyHomeless(const VlanOffer& offer, const QString& mistake, bool isOfOthers) {
    if (!mistake.isEmpty()) return QStringLiteral("The name \"%1\" cannot be used: %2.").arg(offer.name, mistake);
    if (isOfOthers) return QStringLiteral("The zones for \"%1\" in host.yaml are for other VLANs.").arg(offer.name);
    return offer.zone.isEmpty() ? QStringLiteral("No zone in host.yaml contains \"%1\".").arg(offer.name)
                                : QStringLiteral("No zone in host.yaml has the name \"%1\".").arg(offer.zone);
}

/// Plans one VLAN.
class Planner {
   public:
    Planner(const std::vector<ZoneSpec>& zones, const QString& router, quint16 stratum)
        : m_zones(zones), m_router(router), m_stratum(stratum) {}

    ZonePlanner::VlanPlan plan(const QString& vlan, const VlanOffer& offer);

   private:
    struct Home {
        std::size_t zone = 0;
        DnsName name;  ///< of the service
    };

    [[nodiscard]] std::vector<Home> homesOf(const QString& vlan, const VlanOffer& offer);
    void planHome(const QString& vlan, const VlanOffer& offer, const Home& home);
    void addService(const VlanOffer& offer, const Home& home, const DnsName& below, const DnsName& target);
    void addPointers(const QString& vlan, const DnsName& target);
    void add(std::size_t zone, const Result<DnsName>& name, std::vector<Record> records);
    void complain(const QString& problem) {
        if (m_plan.problem.isEmpty()) m_plan.problem = problem;
    }

    const std::vector<ZoneSpec>& m_zones;
    const QString& m_router;
    const quint16 m_stratum;
    std::vector<net::IpAddress> m_addresses;
    ZonePlanner::VlanPlan m_plan;
};

ZonePlanner::VlanPlan Planner::plan(const QString& vlan, const VlanOffer& offer) {
    m_plan.offer = offer;
    if (offer.name.isEmpty()) return m_plan;
    const std::vector<Home> homes = homesOf(vlan, offer);
    if (homes.empty()) return m_plan;
    m_addresses = addressesOf(offer);
    if (offer.wish == Wish::Tell && m_addresses.empty())
        complain(QStringLiteral("The VLAN has no address that is valid beyond its link."));
    for (const Home& home : homes) planHome(vlan, offer, home);
    addPointers(vlan, homes.front().name);
    return m_plan;
}

/// The name of the service in the zone; nothing when it does not belong there.
std::optional<Result<DnsName>> nameIn(const ZoneSpec& zone, const VlanOffer& offer, const Result<DnsName>& declared) {
    if (isReverse(zone)) return std::nullopt;
    const bool isNamed = !offer.zone.isEmpty();
    if (isNamed && offer.zone != zone.name && DnsName::parse(offer.zone) != zone.domain) return std::nullopt;
    if (!declared || declared->isWithin(zone.domain)) return declared;
    if (!isNamed && !isRelative(offer)) return std::nullopt;
    return zone.domain.child(offer.name.endsWith(u'.') ? offer.name.chopped(1) : offer.name);
}

/// The deepest of the zones that the name can be in; several if they have the same name on different servers.
std::vector<Planner::Home> Planner::homesOf(const QString& vlan, const VlanOffer& offer) {
    std::vector<Home> homes;
    QString mistake;
    bool isOfOthers = false;
    int deepest = 0;
    const auto declared = DnsName::parse(offer.name);
    // A relative name is in each zone; any other one in the deepest.
    const bool isAnywhere = isRelative(offer) || !offer.zone.isEmpty();
    for (std::size_t i = 0; i < m_zones.size(); ++i) {
        const auto name = nameIn(m_zones[i], offer, declared);
        if (!name) continue;
        if (!*name) {
            mistake = name->error().message;
            continue;
        }
        if (!m_zones[i].admits(vlan)) {
            isOfOthers = true;
            continue;
        }
        const int depth = isAnywhere ? 0 : m_zones[i].domain.labelCount();
        if (depth < deepest) continue;
        if (depth > deepest) homes.clear();
        deepest = depth;
        homes.push_back({i, **name});
    }
    if (homes.empty()) complain(whyHomeless(offer, mistake, isOfOthers));
    return homes;
}

void Planner::planHome(const QString& vlan, const VlanOffer& offer, const Home& home) {
    const ZoneSpec& zone = m_zones[home.zone];
    std::vector<Record> addresses;
    for (const net::IpAddress& each : m_addresses) addresses.push_back(addressRecord(each));
    add(home.zone, home.name, addresses);
    DnsName target = home.name;
    if (zone.hasRouterName) {
        const auto name = home.name.child(m_router);
        add(home.zone, name, addresses);
        if (name) target = *name;
    }
    addService(offer, home, zone.domain, target);
    if (!zone.hasVlanNames || zone.vlans.size() == 1) return;
    const auto below = zone.domain.child(vlan);
    const auto name = below ? below->child(home.name.relativeTo(zone.domain)) : below;
    add(home.zone, name, addresses);
    if (name) addService(offer, home, *below, *name);
}

void Planner::addService(const VlanOffer& offer, const Home& home, const DnsName& below, const DnsName& target) {
    const auto record = [&](quint16 port) {
        return std::vector<Record>{serviceRecord({m_stratum, kWeight, port, target})};
    };
    add(home.zone, below.child(QStringLiteral("_ntp._udp")), record(offer.port));
    if (offer.ntsPort != 0) add(home.zone, below.child(QStringLiteral("_ntske._tcp")), record(offer.ntsPort));
}

void Planner::addPointers(const QString& vlan, const DnsName& target) {
    for (const net::IpAddress& address : m_addresses) {
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
        for (const Home& home : homes) add(home.zone, home.name, {pointerRecord(target)});
    }
}

void Planner::add(std::size_t zone, const Result<DnsName>& name, std::vector<Record> records) {
    if (!name) {
        complain(QStringLiteral("A name of this VLAN cannot be used: %1.").arg(name.error().message));
        return;
    }
    if (!std::all_of(records.begin(), records.end(), fitsMark)) {
        complain(QStringLiteral("%1 points at a name that is too long.").arg(name->shortText()));
        return;
    }
    m_plan.shares.push_back({zone, *name, std::move(records)});
}

/// Returns the problem of the VLAN with it.
QString join(const VlanOffer& offer, const ZonePlanner::Share& share, NamePlan& plan) {
    if (offer.wish != Wish::Tell && plan.reason.isEmpty()) plan.reason = offer.reason;
    std::set<Record>* const target = offer.wish == Wish::Tell   ? &plan.wanted
                                     : offer.wish == Wish::Keep ? &plan.keepable
                                                                : nullptr;
    if (!target) return {};
    for (const Record& each : share.records) {
        if (static_cast<int>(target->size()) >= kMostAddresses && !target->contains(each))
            return QStringLiteral("%1 has %2 addresses already; clients of this VLAN find its own name.")
                .arg(share.name.shortText())
                .arg(kMostAddresses);
        target->insert(each);
    }
    return {};
}

}  // namespace

ZonePlans ZonePlanner::plan(const Offers& offers) {
    const bool isOtherStratum = std::exchange(m_stratum, offers.stratum) != offers.stratum;
    const std::map<QString, VlanOffer> none;
    const auto& vlans = offers.withdrawsAll ? none : offers.vlans;
    for (auto at = m_vlans.begin(); at != m_vlans.end();) {
        const bool isGone = !vlans.contains(at->first);
        if (isGone) replaceShares(at->first, at->second, {});
        at = isGone ? m_vlans.erase(at) : std::next(at);
    }
    ZonePlans all;
    bool keepsRest = false;
    for (const auto& [vlan, offer] : vlans) {
        // The time service starts together with us; which name it had is not known yet.
        keepsRest |= offer.name.isEmpty() && offer.wish == Wish::Keep;
        const auto [at, isNew] = m_vlans.try_emplace(vlan);
        if (isNew || isOtherStratum || at->second.offer != offer) {
            VlanPlan next = Planner(m_zones, m_router, m_stratum).plan(vlan, offer);
            replaceShares(vlan, at->second, std::move(next.shares));
            at->second.offer = offer;
            at->second.problem = next.problem;
        }
        if (!at->second.problem.isEmpty()) all.problems.emplace_hint(all.problems.end(), vlan, at->second.problem);
    }
    joinChanged();
    for (const auto& [name, joined] : m_names) all.problems.insert(joined.problems.begin(), joined.problems.end());
    for (ZonePlan& each : m_plans) {
        each.keepsRest = keepsRest;
        all.zones.push_back(std::make_shared<const ZonePlan>(each));
    }
    return all;
}

/// `plan` has the shares from now on.
void ZonePlanner::replaceShares(const QString& vlan, VlanPlan& plan, std::vector<Share> shares) {
    const std::vector<Share> old = std::exchange(plan.shares, std::move(shares));
    for (const Share& each : old) {
        m_names[{each.zone, each.name}].parts.erase(vlan);
        m_changed.emplace(each.zone, each.name);
    }
    for (const Share& each : plan.shares) {
        m_names[{each.zone, each.name}].parts.emplace(vlan, &plan);
        m_changed.emplace(each.zone, each.name);
    }
}

void ZonePlanner::joinChanged() {
    for (const NameIn& at : std::exchange(m_changed, {})) {
        const auto& [zone, name] = at;
        JoinedName& joined = m_names[at];
        auto& plans = m_plans[zone].names;
        if (joined.parts.empty()) {
            plans.erase(name);
            m_names.erase(at);
            continue;
        }
        joined.problems.clear();
        auto plan = std::make_shared<NamePlan>();
        for (const auto& [vlan, part] : joined.parts) {
            plan->vlans.insert(plan->vlans.end(), vlan);
            for (const Share& share : part->shares)
                if (share.zone == zone && share.name == name)
                    if (const QString why = join(part->offer, share, *plan); !why.isEmpty())
                        joined.problems.emplace(vlan, why);
        }
        auto& known = plans[name];
        if (!known || *known != *plan) known = std::move(plan);
    }
}

ZonePlans planZones(const Offers& offers, const std::vector<ZoneSpec>& zones, const QString& router) {
    return ZonePlanner(zones, router).plan(offers);
}

}  // namespace fos1::dns

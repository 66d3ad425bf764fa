// SPDX-License-Identifier: GPL-2.0-or-later
// Which names and records each zone should have.
#include <QTest>
#include <random>

#include "core/dns_plan.h"
#include "core/offer_rules.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

time::ServiceState served(const QString& name, const QStringList& addresses) {
    time::ServiceState state;
    for (const QString& each : addresses) state.addresses.push_back({each, each.contains(u':') ? 64 : 24});
    state.port = 123;
    state.accepting = state.advertise = true;
    state.dnsName = name;
    return state;
}

VlanOffer offer(const QString& name, const QStringList& addresses, Wish wish = Wish::Tell) {
    VlanOffer offer = offerOf(served(name, addresses), OnLoss::Withdraw);
    offer.wish = wish;
    if (wish != Wish::Tell) offer.reason = QStringLiteral("The time is lost.");
    return offer;
}

ZoneSpec zone(const QString& domain, const std::set<QString>& vlans = {}) {
    ZoneSpec spec;
    spec.domain = DnsName::parse(domain).value();
    spec.name = domain.section(u'.', 0, 0);
    spec.vlans = vlans;
    return spec;
}

using Wanted = std::map<QString, QString>;

/// "A 10.1.0.1, …" by name; names of which nothing is wanted are left out.
Wanted wanted(const ZonePlan& plan) {
    Wanted all;
    for (const auto& [name, each] : plan.names) {
        QStringList records;
        for (const Record& record : each->wanted) records.append(toText(record.type) + u' ' + record.text());
        if (!records.isEmpty()) all[name.shortText()] = records.join(QStringLiteral(", "));
    }
    return all;
}

QString words(const Wanted& all) {
    QStringList lines;
    for (const auto& [name, records] : all) lines.append(name + QStringLiteral(": ") + records);
    return lines.join(u'\n');
}

}  // namespace

class TestDnsPlan : public QObject {
    Q_OBJECT

    void compare(const ZonePlan& plan, const Wanted& expected) { QCOMPARE(words(wanted(plan)), words(expected)); }

   private Q_SLOTS:
    void aZoneForAllVlans() {
        Offers offers;
        offers.stratum = 2;
        offers.vlans["vlan-10"] = offer("ntp.lan.test", {"10.10.0.1", "fd10::1"});
        offers.vlans["vlan-20"] = offer("ntp.lan.test", {"10.20.0.1"});
        compare(*planZones(offers, {zone("lan.test")}, "a").zones[0],
                {{"ntp.lan.test", "A 10.10.0.1, A 10.20.0.1, AAAA fd10::1"},
                 {"ntp.vlan-10.lan.test", "A 10.10.0.1, AAAA fd10::1"},
                 {"ntp.vlan-20.lan.test", "A 10.20.0.1"},
                 {"_ntp._udp.lan.test", "SRV 2 10 123 ntp.lan.test."},
                 {"_ntp._udp.vlan-10.lan.test", "SRV 2 10 123 ntp.vlan-10.lan.test."},
                 {"_ntp._udp.vlan-20.lan.test", "SRV 2 10 123 ntp.vlan-20.lan.test."}});
    }

    void aViewForEachVlan() {
        Offers offers;
        offers.vlans["vlan-10"] = offer("ntp", {"10.10.0.1"});
        offers.vlans["vlan-20"] = offer("ntp", {"10.20.0.1"});
        const ZonePlans plans =
            planZones(offers, {zone("ten.test", {"vlan-10"}), zone("twenty.test", {"vlan-20"})}, "a");
        compare(*plans.zones[0],
                {{"ntp.ten.test", "A 10.10.0.1"}, {"_ntp._udp.ten.test", "SRV 0 10 123 ntp.ten.test."}});
        compare(*plans.zones[1],
                {{"ntp.twenty.test", "A 10.20.0.1"}, {"_ntp._udp.twenty.test", "SRV 0 10 123 ntp.twenty.test."}});
        QVERIFY(plans.problems.empty());
    }

    void namesOfVlansAndRoutersAreAChoice() {
        Offers offers;
        offers.vlans["vlan-10"] = offer("ntp.lan.test", {"10.10.0.1"});
        ZoneSpec spec = zone("lan.test");
        spec.hasVlanNames = false;
        spec.hasRouterName = true;
        compare(*planZones(offers, {spec}, "router-a").zones[0],
                {{"ntp.lan.test", "A 10.10.0.1"},
                 {"router-a.ntp.lan.test", "A 10.10.0.1"},
                 {"_ntp._udp.lan.test", "SRV 0 10 123 router-a.ntp.lan.test."}});
    }

    void theDeepestZoneHasTheName_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("zoneRef");
        QTest::addColumn<QString>("in");  // the zone of the name
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* what, const char* name, const char* ref, const char* in, const char* problem) {
            QTest::newRow(what) << name << ref << in << problem;
        };
        row("deepest", "ntp.lab.example", "", "ntp.lab.example in lab", "");
        row("absolute and in capitals", "NTP.Lab.Example.", "", "ntp.lab.example in lab", "");
        row("explicit", "ntp.lab.example", "example", "ntp.lab.example in example", "");
        row("explicit by domain, relative", "time.ntp", "lab.example.", "time.ntp.lab.example in lab", "");
        row("the apex", "lab.example", "", "lab.example in lab", "");
        row("no zone", "ntp.elsewhere.test", "", "", "No zone in host.yaml contains \"ntp.elsewhere.test\".");
        row("no such zone", "ntp", "dmz", "", "No zone in host.yaml has the name \"dmz\".");
        row("it does not fit", "a..b", "lab", "", "The name \"a..b\" cannot be used: has an empty label.");
    }
    void theDeepestZoneHasTheName() {
        QFETCH(const QString, name);
        QFETCH(const QString, zoneRef);
        Offers offers;
        offers.vlans["v"] = offer(name, {"10.10.0.1"});
        offers.vlans["v"].zone = zoneRef;
        const std::vector<ZoneSpec> zones{zone("example"), zone("lab.example")};
        const ZonePlans plans = planZones(offers, zones, "a");
        QStringList found;
        for (std::size_t i = 0; i < zones.size(); ++i)
            for (const auto& [at, records] : wanted(*plans.zones[i]))
                if (!at.startsWith(u'_') && !at.contains(QStringLiteral(".v.")) && !at.startsWith(QStringLiteral("v.")))
                    found.append(at + QStringLiteral(" in ") + zones[i].name);
        QTEST(found.join(u' '), "in");
        const auto problem = plans.problems.find("v");
        QTEST(problem == plans.problems.end() ? QString() : problem->second, "problem");
    }

    void ntsHasAServiceOfItsOwn() {
        Offers offers;
        offers.vlans["v"] = offer("ntp.lan.test", {"10.10.0.1"});
        offers.vlans["v"].ntsPort = 4460;
        const auto plan = planZones(offers, {zone("lan.test")}, "a").zones[0];
        QCOMPARE(wanted(*plan)["_ntske._tcp.lan.test"], QStringLiteral("SRV 0 10 4460 ntp.lan.test."));
        QCOMPARE(wanted(*plan)["_ntske._tcp.v.lan.test"], QStringLiteral("SRV 0 10 4460 ntp.v.lan.test."));
    }

    void pointersGoToTheDeepestReverseZone() {
        Offers offers;
        offers.vlans["v"] = offer("ntp.lan.test", {"10.10.0.1", "fd10::1"});
        const ZonePlans plans = planZones(
            offers, {zone("lan.test"), zone("10.in-addr.arpa"), zone("10.10.in-addr.arpa"), zone("d.f.ip6.arpa")}, "a");
        QVERIFY(wanted(*plans.zones[1]).empty());
        compare(*plans.zones[2], {{"1.0.10.10.in-addr.arpa", "PTR ntp.lan.test."}});
        QCOMPARE(wanted(*plans.zones[3]).size(), std::size_t(1));
    }

    void unfitTimeHasNoRecords() {
        Offers offers;
        offers.vlans["a"] = offer("ntp.lan.test", {"10.10.0.1"}, Wish::Withhold);
        offers.vlans["b"] = offer("ntp.lan.test", {"10.20.0.1"}, Wish::Keep);
        const auto plan = planZones(offers, {zone("lan.test")}, "a").zones[0];
        QVERIFY(wanted(*plan).empty());
        const NamePlan& common = *plan->find(DnsName::parse("ntp.lan.test").value());
        QCOMPARE(common.keepable.size(), std::size_t(1));
        QCOMPARE(common.vlans, (std::set<QString>{"a", "b"}));
        QCOMPARE(common.reason, QStringLiteral("The time is lost."));
        QVERIFY(!plan->keepsRest);
    }

    void whatIsNotKnownYetStays() {
        Offers offers;
        offers.vlans["a"] = offer("", {}, Wish::Keep);
        QVERIFY(planZones(offers, {zone("lan.test")}, "a").zones[0]->keepsRest);
        offers.withdrawsAll = true;
        QVERIFY(*planZones(offers, {zone("lan.test")}, "a").zones[0] == ZonePlan());
    }

    void addressesThatOthersCannotReachAreLeftOut() {
        Offers offers;
        offers.vlans["v"] = offer("ntp.lan.test", {"169.254.0.1", "fe80::1", "127.0.0.1"});
        const ZonePlans plans = planZones(offers, {zone("lan.test")}, "a");
        QCOMPARE(wanted(*plans.zones[0]).count("ntp.lan.test"), std::size_t(0));
        QCOMPARE(plans.problems.at("v"), QStringLiteral("The VLAN has no address that is valid beyond its link."));
    }

    void aNameHasNoMoreAddressesThanAnAnswerCanCarry() {
        Offers offers;
        for (int i = 0; i < 200; ++i)
            offers.vlans[QStringLiteral("vlan-%1").arg(i)] =
                offer("ntp.lan.test", {QStringLiteral("10.1.%1.1").arg(i)});
        const ZonePlans plans = planZones(offers, {zone("lan.test")}, "a");
        QCOMPARE(plans.zones[0]->find(DnsName::parse("ntp.lan.test").value())->wanted.size(),
                 std::size_t(kMostAddresses));
        QCOMPARE(plans.problems.size(), std::size_t(200 - kMostAddresses));
        QCOMPARE(wanted(*plans.zones[0]).size(), std::size_t(402));
    }

    void aNameThatIsTooLongIsNamed() {
        Offers offers;
        offers.vlans[QString(64, u'v')] = offer("ntp.lan.test", {"10.10.0.1"});
        const ZonePlans plans = planZones(offers, {zone("lan.test")}, "a");
        QVERIFY(plans.problems.begin()->second.contains(QStringLiteral("longer than the 63 bytes of a label")));
        QCOMPARE(wanted(*plans.zones[0]).count("ntp.lan.test"), std::size_t(1));
    }

    /// One planner that sees each change plans what another plans that sees only the end.
    void changesEndWhereAFreshPlanIs() {
        std::vector<ZoneSpec> zones{zone("lan.test"), zone("10.in-addr.arpa"), zone("v.test")};
        zones[0].hasRouterName = true;
        ZonePlanner planner(zones, "a");
        Offers offers;
        std::mt19937 random(7);
        const auto oneOf = [&](unsigned count) { return static_cast<int>(random() % count); };
        for (int i = 0; i < 400; ++i) {
            const QString vlan = QStringLiteral("vlan-%1").arg(oneOf(90));
            const char* const names[] = {"ntp.lan.test", "time", "ntp.v.test", "ntp.elsewhere.test", ""};
            const Wish wishes[] = {Wish::Tell, Wish::Tell, Wish::Tell, Wish::Keep, Wish::Withhold};
            if (oneOf(10) == 0)
                offers.vlans.erase(vlan);
            else
                offers.vlans[vlan] =
                    offer(names[oneOf(5)], {QStringLiteral("10.1.%1.1").arg(oneOf(200))}, wishes[oneOf(5)]);
            if (oneOf(20) == 0) offers.stratum = static_cast<quint16>(1 + oneOf(3));
            offers.withdrawsAll = oneOf(30) == 0;
            const ZonePlans changed = planner.plan(offers);
            const ZonePlans fresh = planZones(offers, zones, "a");
            for (std::size_t j = 0; j < zones.size(); ++j)
                QVERIFY2(*changed.zones[j] == *fresh.zones[j], qPrintable(vlan));
            QVERIFY(changed.problems == fresh.problems);
        }
    }

    void whatTheTopicMeans() {
        time::ServiceState state = served("ntp.lan.test", {"10.10.0.1"});
        QVERIFY(offerOf(state, OnLoss::Withdraw).wish == Wish::Tell);
        state.advertise = false;
        state.reason = QStringLiteral("Lost.");
        QVERIFY(offerOf(state, OnLoss::Withdraw).wish == Wish::Withhold);
        QVERIFY(offerOf(state, OnLoss::Keep).wish == Wish::Keep);
        QCOMPARE(offerOf(state, OnLoss::Keep).reason, state.reason);
        state.accepting = false;
        QVERIFY(offerOf(state, OnLoss::Keep).wish == Wish::Withhold);
        state = served("", {"10.10.0.1"});
        QCOMPARE(offerOf(state, OnLoss::Keep).reason, QStringLiteral("The service is declared without a name in DNS."));
    }
};

QTEST_APPLESS_MAIN(TestDnsPlan)
#include "tst_dns_plan.moc"

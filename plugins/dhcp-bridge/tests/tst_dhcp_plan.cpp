// SPDX-License-Identifier: GPL-2.0-or-later
// What the clients of a subnet are told: which VLAN it belongs to, which address, and when nothing.
#include <QTest>

#include "core/dhcp_plan.h"
#include "core/offer_rules.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

time::ServiceState served(const QString& interface, const std::vector<time::ServedAddress>& addresses) {
    time::ServiceState state;
    state.interface = interface;
    state.addresses = addresses;
    state.port = 123;
    state.accepting = true;
    state.advertise = true;
    state.dhcp = true;
    return state;
}

VlanOffer offer(const QString& interface, const std::vector<time::ServedAddress>& addresses) {
    return offerOf(served(interface, addresses), OnLoss::Withdraw);
}

Subnet subnet(const QString& prefix, const QString& interface = {}) {
    Subnet subnet;
    subnet.id = 7;
    subnet.text = prefix;
    subnet.prefix = net::IpPrefix::parse(prefix);
    subnet.interface = interface;
    return subnet;
}

QString texts(const std::vector<net::IpAddress>& addresses) {
    QStringList all;
    for (const net::IpAddress& each : addresses) all.append(each.text());
    return all.join(u' ');
}

QString told(const SubnetPlan& plan) { return texts(plan.addresses); }

SubnetPlan planOf(const Offers& offers, const Subnet& subnet) {
    const bool isV6 = subnet.text.contains(u':');
    return planSubnets(offers, isV6 ? net::AddressFamily::Inet6 : net::AddressFamily::Inet4, {subnet}).front();
}

/// VLANs a (lan.1), b (lan.2) and c without a link.
Offers threeVlans() {
    Offers offers;
    offers.vlans["a"] = offer("lan.1", {{"10.1.0.1", 24}, {"10.9.0.1", 24}, {"fd01::1", 64}, {"2001:db8::1", 64}});
    offers.vlans["b"] = offer("lan.2", {{"10.2.0.1", 24}, {"169.254.1.1", 16}, {"fe80::2", 64}});
    offers.vlans["c"] = offer({}, {});
    return offers;
}

}  // namespace

class TestDhcpPlan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whoseSubnet_data() {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("interface");
        QTest::addColumn<QString>("vlan");
        QTest::addColumn<QString>("addresses");
        QTest::newRow("by its interface") << "10.1.0.0/24"
                                          << "lan.1"
                                          << "a"
                                          << "10.1.0.1";
        QTest::newRow("by its interface, another address in it") << "10.9.0.0/24"
                                                                 << "lan.1"
                                                                 << "a"
                                                                 << "10.9.0.1";
        QTest::newRow("by its interface, no address in it") << "10.7.0.0/24"
                                                            << "lan.1"
                                                            << "a"
                                                            << "10.1.0.1";
        QTest::newRow("by its interface, although the prefix is another's") << "10.1.0.0/24"
                                                                            << "lan.2"
                                                                            << "b"
                                                                            << "10.2.0.1";
        QTest::newRow("by its prefix") << "10.2.0.0/24"
                                       << ""
                                       << "b"
                                       << "10.2.0.1";
        QTest::newRow("by its prefix, host bits") << "10.2.0.9/24"
                                                  << ""
                                                  << "b"
                                                  << "10.2.0.1";
        QTest::newRow("IPv6: a unique local address first") << "2001:db8:5::/64"
                                                            << "lan.1"
                                                            << "a"
                                                            << "fd01::1";
        QTest::newRow("IPv6: the address in the subnet first") << "2001:db8::/64"
                                                               << ""
                                                               << "a"
                                                               << "2001:db8::1";
        QTest::newRow("IPv6: link-local when there is no other") << "fd02::/64"
                                                                 << "lan.2"
                                                                 << "b"
                                                                 << "fe80::2";
        QTest::newRow("an interface that no VLAN has") << "10.1.0.0/24"
                                                       << "lan.3"
                                                       << ""
                                                       << "";
        QTest::newRow("a prefix without a VLAN") << "10.3.0.0/24"
                                                 << ""
                                                 << ""
                                                 << "";
        QTest::newRow("a prefix around two VLANs") << "10.0.0.0/8"
                                                   << ""
                                                   << ""
                                                   << "";
        QTest::newRow("a prefix that is none") << "ten"
                                               << ""
                                               << ""
                                               << "";
    }
    void whoseSubnet() {
        QFETCH(const QString, prefix);
        QFETCH(const QString, interface);
        QFETCH(const QString, vlan);
        QFETCH(const QString, addresses);
        const SubnetPlan plan = planOf(threeVlans(), subnet(prefix, interface));
        QCOMPARE(plan.vlan, vlan);
        QCOMPARE(told(plan), addresses);
        QCOMPARE(plan.ownership, vlan.isEmpty() ? Ownership::Unmatched : Ownership::Ours);
        QCOMPARE(plan.problem.isEmpty(), !vlan.isEmpty());
    }

    void twoVlansOnOneLinkAreNamed() {
        Offers offers = threeVlans();
        offers.vlans["d"] = offer("lan.1", {{"10.4.0.1", 24}});
        const SubnetPlan plan = planOf(offers, subnet("10.1.0.0/24", "lan.1"));
        QCOMPARE(plan.ownership, Ownership::Unmatched);
        QCOMPARE(plan.reason, QStringLiteral("It could belong to any of the VLANs \"a\", \"d\" on its link lan.1."));
        QVERIFY(plan.addresses.empty());
    }

    void whyNot_data() {
        QTest::addColumn<time::ServiceState>("state");
        QTest::addColumn<QString>("reason");
        time::ServiceState state = served("lan.1", {{"10.1.0.1", 24}});
        state.reason = QStringLiteral("The service says why.");
        const auto with = [&](auto change) {
            time::ServiceState changed = state;
            change(changed);
            return changed;
        };
        QTest::newRow("unfit") << with([](auto& s) { s.advertise = false; }) << state.reason;
        QTest::newRow("not answered") << with([](auto& s) { s.accepting = false; }) << state.reason;
        QTest::newRow("not by DHCP") << with([](auto& s) { s.dhcp = false; })
                                     << "The service is declared not to be advertised by DHCP.";
        QTest::newRow("another port") << with([](auto& s) { s.port = 11123; })
                                      << "The service is on port 11123, and DHCP can only point clients to port 123.";
        const QString none = "This node has no IPv4 address in the VLAN that clients can be pointed to.";
        for (const char* address : {"169.254.3.4", "127.0.0.1", "0.0.0.0", "fd01::1"})
            QTest::newRow(address) << with([&](auto& s) { s.addresses = {{address, 24}}; }) << none;
        QTest::newRow("no address") << with([](auto& s) { s.addresses.clear(); }) << none;
    }
    void whyNot() {
        QFETCH(const time::ServiceState, state);
        QFETCH(const QString, reason);
        Offers offers;
        offers.vlans["a"] = offerOf(state, OnLoss::Withdraw);
        const SubnetPlan plan = planOf(offers, subnet("10.1.0.0/24", "lan.1"));
        QCOMPARE(told(plan), QString());
        QCOMPARE(plan.reason, reason);
        QCOMPARE(plan.ownership, Ownership::Ours);
        QVERIFY(!plan.keeps);
    }

    void onLossKeepsOnlyWhatWasFit() {
        time::ServiceState state = served("lan.1", {{"10.1.0.1", 24}});
        state.advertise = false;
        Offers offers;
        offers.vlans["a"] = offerOf(state, OnLoss::Keep);
        QVERIFY(planOf(offers, subnet("10.1.0.0/24", "lan.1")).keeps);
        state.dhcp = false;
        offers.vlans["a"] = offerOf(state, OnLoss::Keep);
        QVERIFY(!planOf(offers, subnet("10.1.0.0/24", "lan.1")).keeps);
    }

    /// A change of the address would cost each client a lease.
    void theAddressStays() {
        Offers offers;
        offers.vlans["a"] = offer("lan.1", {{"10.1.0.1", 24}, {"10.1.0.2", 24}});
        Subnet present = subnet("10.1.0.0/24", "lan.1");
        QCOMPARE(told(planOf(offers, present)), QStringLiteral("10.1.0.1"));
        present.ours = {*net::IpAddress::parse("10.1.0.2")};
        QCOMPARE(told(planOf(offers, present)), QStringLiteral("10.1.0.2"));
        present.ours = {*net::IpAddress::parse("10.1.0.3")};
        QCOMPARE(told(planOf(offers, present)), QStringLiteral("10.1.0.1"));
    }

    void theAdministratorDecides() {
        Subnet own = subnet("10.1.0.0/24", "lan.1");
        own.foreign = {{"reservation 10.1.0.5", "10.1.0.6", false}};
        QCOMPARE(told(planOf(threeVlans(), own)), QStringLiteral("10.1.0.1"));
        own.foreign.push_back({"client class phones", "10.1.0.7", true});
        const SubnetPlan plan = planOf(threeVlans(), own);
        QCOMPARE(plan.ownership, Ownership::Foreign);
        QCOMPARE(plan.vlan, QStringLiteral("a"));
        QVERIFY(plan.addresses.empty() && plan.problem.isEmpty());
        QCOMPARE(plan.reason, QStringLiteral("An administrator has set NTP servers: 10.1.0.7 (client class phones)."));
    }

    void groups_data() {
        QTest::addColumn<QStringList>("networks");
        QTest::addColumn<QStringList>("servers");
        QTest::addColumn<bool>("allow");
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("addresses");
        const QStringList mixed{"192.0.2.1", "2001:db8::5", "192.0.2.2", "169.254.0.9"};
        QTest::newRow("servers of one's own") << QStringList{"10.1.0.0/24"} << mixed << true << "10.1.0.0/24"
                                              << "192.0.2.1 192.0.2.2";
        QTest::newRow("of the other family") << QStringList{"fd01::/64"} << mixed << true << "fd01::/64"
                                             << "2001:db8::5";
        QTest::newRow("a larger network") << QStringList{"10.0.0.0/8"} << mixed << true << "10.1.0.0/24"
                                          << "192.0.2.1 192.0.2.2";
        QTest::newRow("a subnet without a VLAN") << QStringList{"10.8.0.0/16"} << mixed << true << "10.8.1.0/24"
                                                 << "192.0.2.1 192.0.2.2";
        QTest::newRow("none of this family")
            << QStringList{"10.1.0.0/24"} << QStringList{"2001:db8::5"} << true << "10.1.0.0/24"
            << "";
        QTest::newRow("none: this node") << QStringList{"10.1.0.0/24"} << QStringList() << true << "10.1.0.0/24"
                                         << "10.1.0.1";
        QTest::newRow("not answered") << QStringList{"10.1.0.0/24"} << QStringList() << false << "10.1.0.0/24"
                                      << "";
        QTest::newRow("another network") << QStringList{"10.5.0.0/24"} << mixed << true << "10.1.0.0/24"
                                         << "10.1.0.1";
    }
    void groups() {
        QFETCH(const QStringList, networks);
        QFETCH(const QStringList, servers);
        QFETCH(const bool, allow);
        QFETCH(const QString, prefix);
        QFETCH(const QString, addresses);
        time::ClientState group;
        group.networks = networks;
        group.servers = servers;
        group.allow = allow;
        Offers offers = threeVlans();
        offers.groups["g"] = offerOf(group);
        const SubnetPlan plan = planOf(offers, subnet(prefix));
        QCOMPARE(told(plan), addresses);
        QCOMPARE(plan.ownership, Ownership::Ours);
    }

    void theSmallerGroupDecides() {
        Offers offers = threeVlans();
        for (const auto& [name, network, server] :
             {std::tuple("wide", "10.0.0.0/8", "192.0.2.1"), {"close", "10.1.0.0/16", "192.0.2.2"}}) {
            time::ClientState group;
            group.networks = QStringList{network};
            group.servers = QStringList{server};
            offers.groups[name] = offerOf(group);
        }
        QCOMPARE(told(planOf(offers, subnet("10.1.0.0/24"))), QStringLiteral("192.0.2.2"));
        QCOMPARE(told(planOf(offers, subnet("10.2.0.0/24"))), QStringLiteral("192.0.2.1"));
    }

    /// A group in a part of 10.1.0.0/24 reaches the pools that lie within it.
    void groupsInPools_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QStringList>("servers");
        QTest::addColumn<QString>("told");  // subnet,first pool,second pool
        QTest::addColumn<QString>("problem");
        const QStringList own{"192.0.2.1", "2001:db8::5"};
        const QString notWhole = QStringLiteral("not made of whole pools");
        QTest::newRow("one pool") << "10.1.0.128/25" << own << "10.1.0.1,,192.0.2.1" << QString();
        QTest::newRow("the other pool") << "10.1.0.0/25" << own << "10.1.0.1,192.0.2.1," << QString();
        QTest::newRow("all of them: as the subnet") << "10.1.0.0/24" << own << "192.0.2.1,," << QString();
        QTest::newRow("no pool") << "10.1.0.64/27" << own << "10.1.0.1,," << notWhole;
        QTest::newRow("a part of a pool") << "10.1.0.8/29" << own << "10.1.0.1,," << notWhole;
        QTest::newRow("one and a part of another") << "10.1.0.128/26" << own << "10.1.0.1,," << notWhole;
        QTest::newRow("no server of this family")
            << "10.1.0.128/25" << QStringList{"2001:db8::5"} << "10.1.0.1,," << QString();
        QTest::newRow("not answered") << "10.1.0.128/25" << QStringList() << "10.1.0.1,,"
                                      << "its clients are told as well, but its clients are not answered";
    }
    void groupsInPools() {
        QFETCH(const QString, network);
        QFETCH(const QStringList, servers);
        QFETCH(const QString, told);
        QFETCH(const QString, problem);
        time::ClientState group;
        group.networks = QStringList{network};
        group.servers = servers;
        group.allow = !servers.isEmpty();
        Offers offers = threeVlans();
        offers.groups["g"] = offerOf(group);
        Subnet asked = subnet("10.1.0.0/24");
        for (const auto& [first, last] : {std::pair("10.1.0.10", "10.1.0.50"), {"10.1.0.130", "10.1.0.200"}})
            asked.pools.push_back({net::IpRange{*net::IpAddress::parse(first), *net::IpAddress::parse(last)}, false});
        const SubnetPlan plan = planOf(offers, asked);
        QStringList all{::told(plan)};
        for (const auto& pool : plan.pools) all += texts(pool);
        QCOMPARE(all.join(u','), told);
        QVERIFY2(problem.isEmpty() ? plan.problem.isEmpty() : plan.problem.contains(problem), qPrintable(plan.problem));
        // A server without pools.
        if (asked.prefix->length < net::IpPrefix::parse(network)->length)
            QVERIFY(planOf(offers, subnet("10.1.0.0/24")).problem.contains(QStringLiteral("group g")));
        // What an administrator has set in a pool stays.
        for (Pool& each : asked.pools) each.isForeign = true;
        for (const auto& pool : planOf(offers, asked).pools) QVERIFY(pool.empty());
    }

    void everythingIsWithdrawn() {
        Offers offers;
        offers.withdrawsAll = true;
        for (const char* prefix : {"10.1.0.0/24", "10.99.0.0/24", "none"})
            QVERIFY(planOf(offers, subnet(prefix)).addresses.empty());
    }
};

QTEST_GUILESS_MAIN(TestDhcpPlan)
#include "tst_dhcp_plan.moc"

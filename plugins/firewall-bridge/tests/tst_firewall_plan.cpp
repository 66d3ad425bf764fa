// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>

#include "core/firewall_plan.h"
#include "nft/table_text.h"

using namespace fos1;
using namespace fos1::firewall;
using namespace std::chrono_literals;

namespace {

time::ServiceState vlan(const char* interface, bool isAccepting) {
    time::ServiceState state;
    state.interface = QString::fromLatin1(interface);
    state.port = 123;
    state.accepting = isAccepting;
    return state;
}

time::ClientState group(const QStringList& networks, bool isAllowed) {
    time::ClientState state;
    state.networks = networks;
    state.allow = isAllowed;
    return state;
}

FirewallPlan planned(const time::ServiceState& state, const GroupStates& groups = {}) {
    return planFirewall({{QStringLiteral("a"), state}}, groups).plan;
}

QStringList said(const std::vector<ClientVerdict>& clients) {
    QStringList list;
    for (const ClientVerdict& each : clients) list.append(each.range.text() + u' ' + each.verdict);
    return list;
}

}  // namespace

class TestFirewallPlan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aVlanHasItsChain_data() {
        QTest::addColumn<time::ServiceState>("state");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("rules");
        const QStringList clients{"meta l4proto udp @th,64,8 & 7 != 3 goto refuse",
                                  "udp length != 56-1480 goto refuse"};
        const QStringList modes{"meta l4proto udp @th,64,8 & 7 != 1-5 goto refuse",
                                "udp length != 56-1480 goto refuse"};
        const QStringList open{"ip saddr vmap @clients4", "ip6 saddr vmap @clients6"};
        const QStringList closed{"ip saddr vmap @exempt4", "ip6 saddr vmap @exempt6", "goto refuse"};
        const QStringList sent{"oif != 0 goto refuse_sent"};
        const QStringList udp{"oif != 0 goto refuse_sent", "udp dport != 123 return", "meta l4proto tcp goto refuse"};
        time::ServiceState state = vlan("l", false);
        QTest::newRow("closed") << state << "closed_clients" << sent + clients + closed;
        state.clientsOnly = false;
        state.rateLimit = time::ServedRate{1s, 2};
        QTest::newRow("closed for all") << state << "closed" << sent + modes + closed;
        state = vlan("l", true);
        QTest::newRow("open") << state << "open_123_clients" << udp + clients + open + QStringList{"goto admit"};
        state.clientsOnly = false;
        QTest::newRow("for peers too") << state << "open_123" << udp + modes + open + QStringList{"goto admit"};
        state.ntsPort = 4460;
        state.port = 1123;
        QTest::newRow("with NTS") << state << "open_1123_nts_4460"
                                  << sent + QStringList{"udp dport != 1123 return", "tcp dport != 4460 goto refuse"} +
                                         modes + open + QStringList{"goto admit"};
        state = vlan("l", true);
        state.broadcast = true;
        QTest::newRow("with broadcasts") << state << "open_123_broadcast_clients"
                                         << QStringList{"oif != 0 return"} + udp.mid(1) + clients + open +
                                                QStringList{"goto admit"};
        const auto limited = [&](const char* name, std::chrono::nanoseconds interval, int burst, const char* tag,
                                 const char* rate, const char* shared) {
            time::ServiceState each = vlan("l", true);
            each.rateLimit = time::ServedRate{interval, burst};
            const QString over = QStringLiteral("limit rate over %1 } goto refuse").arg(QLatin1String(rate));
            const QString rule = QStringLiteral("meta l4proto udp update @rate%1_%2 { meta iif . %3 saddr ");
            const QString rest = QStringLiteral(
                "meta l4proto udp meta iif . %3 saddr != @rate%1_%2 update @rate_shared_%2 { meta iif limit rate "
                "over ");
            const QString overAll = QLatin1String(shared) + QStringLiteral(" packets } goto refuse");
            QTest::newRow(name) << each << QStringLiteral("open_123_clients_limit_") + QLatin1String(tag)
                                << udp + clients + open +
                                       QStringList{rule.arg(4).arg(QLatin1String(tag), "ip") + over,
                                                   rest.arg(4).arg(QLatin1String(tag), "ip") + overAll,
                                                   rule.arg(6).arg(QLatin1String(tag), "ip6") + over,
                                                   rest.arg(6).arg(QLatin1String(tag), "ip6") + overAll, "goto admit"};
        };
        limited("8 s", 8s, 8, "8s_8", "450/hour burst 8 packets", "8/second burst 512");
        limited("1 s", 1s, 1, "1s_1", "1/second burst 1 packets", "64/second burst 64");
        limited("1/16 s", 62'500us, 4, "62500us_4", "16/second burst 4 packets", "619315517/week burst 256");
        limited("64 s", 64s, 4, "64s_4", "1350/day burst 4 packets", "1/second burst 256");
        limited("4096 s, rounded down", 4096s, 1, "4096s_1", "147/week burst 1 packets", "1350/day burst 64");
        limited("never below one", 24h * 30, 1, "2592000s_1", "1/week burst 1 packets", "14/week burst 64");
        // Our publisher never sends this, but a topic can: the share of one in sixty-four clients is less than a
        // nanosecond.
        limited("1 ns", 1ns, 1, "1ns_1", "1000000000/second burst 1 packets", "1000000000/second burst 64");
        limited("a burst of nothing", 1s, 0, "1s_0", "1/second burst 1 packets", "64/second burst 1");
    }
    void aVlanHasItsChain() {
        QFETCH(const time::ServiceState, state);
        const FirewallPlan plan = planned(state);
        QCOMPARE(plan.vlans.size(), std::size_t(1));
        QCOMPARE(plan.vlans[0].interface, QStringLiteral("l"));
        QTEST(plan.vlans[0].chain, "name");
        QTEST(plan.chains.at(plan.vlans[0].chain), "rules");
        QCOMPARE(plan.limits.size(), std::size_t(state.accepting && state.rateLimit ? 1 : 0));
    }

    void whatAClosedVlanDoesNotGet() {
        time::ServiceState state = vlan("l", false);
        state.redirect = state.broadcast = true;
        state.ntsPort = 4460;
        state.port = 0;
        const FirewallPlan plan = planned(state);
        QVERIFY(plan.diverts.empty());
        QVERIFY((plan.services == std::set<Service>{{false, 123}}));
    }

    void anOpenVlanGetsWhatIsDeclared() {
        time::ServiceState state = vlan("l", true);
        state.redirect = state.broadcast = true;
        state.ntsPort = 4460;
        state.port = 1123;
        const FirewallPlan plan = planned(state);
        QVERIFY((plan.diverts == InterfaceChains{{"l", "divert_1123"}}));
        QCOMPARE(plan.chains.at("divert_1123").last(),
                 QStringLiteral("meta l4proto udp update @diverted { iifname } redirect to :1123"));
        QVERIFY(plan.vlans[0].chain.contains("_broadcast"));
        QVERIFY((plan.services == std::set<Service>{{false, 123}, {false, 1123}, {true, 4460}}));
    }

    void groupsAreExceptions() {
        GroupStates groups;
        groups["denied"] = group({"10.0.0.0/8"}, false);
        groups["friends"] = group({"10.1.0.0/16", "fd00::/64"}, true);
        groups["secure"] = group({"10.1.1.0/24"}, true);
        groups["secure"].requireNts = true;
        groups["slow"] = group({"10.1.1.7/32"}, true);
        groups["slow"].rateLimit = time::ServedRate{1s, 3};
        groups["slow"].redirect = true;
        const FirewallPlan plan = planned(vlan("l", true), groups);
        QCOMPARE(said(plan.clients),
                 (QStringList{"10.0.0.0-10.0.255.255 goto refuse", "10.1.1.0-10.1.1.6 jump group_nts",
                              "10.1.1.7 jump group_limit_1s_3_admit", "10.1.1.8-10.1.1.255 jump group_nts",
                              "10.2.0.0-10.255.255.255 goto refuse"}));
        QCOMPARE(said(plan.exempt),
                 (QStringList{"10.1.0.0-10.1.0.255 goto admit", "10.1.1.0-10.1.1.6 goto group_nts_admit",
                              "10.1.1.7 goto group_limit_1s_3_admit", "10.1.1.8-10.1.1.255 goto group_nts_admit",
                              "10.1.2.0-10.1.255.255 goto admit", "fd00::-fd00::ffff:ffff:ffff:ffff goto admit"}));
        QCOMPARE(plan.chains.at("group_nts"), (QStringList{"udp length < 132 goto refuse"}));
        QCOMPARE(plan.chains.at("group_nts_admit"), (QStringList{"udp length < 132 goto refuse", "goto admit"}));
        QCOMPARE(plan.turned.size(), std::size_t(1));
        QCOMPARE(plan.turned[0].text(), QStringLiteral("10.1.1.7"));
        QCOMPARE(plan.kept.size(), std::size_t(3));
        // A group is diverted, so the requests of every VLAN are inspected.
        QVERIFY((plan.diverts == InterfaceChains{{"l", "divert_groups_123"}}));
    }

    void ownSourcesAreNotDiverted() {
        time::ServiceState state = vlan("l", true);
        const VlanStates undiverted{{"a", state}};
        state.redirect = true;
        const VlanStates vlans{{"a", state}};
        SourceStates sources{{"main", {{"10.0.0.10", "10.0.0.9", "fd00::1"}}}};
        QVERIFY(planFirewall(undiverted, {}, sources).plan.ownSources.empty());
        const FirewallPlan before = planFirewall(vlans, {}, sources).plan;
        QCOMPARE(before.ownSources.size(), std::size_t(3));
        // Before any other rule, whether the VLAN is diverted or a group.
        const QStringList own{"ip saddr @own_sources4 return", "ip6 saddr @own_sources6 return"};
        QCOMPARE(before.chains.at("divert_123").mid(0, 2), own);
        GroupStates groups{{"g", group({"10.0.0.0/8"}, true)}};
        groups["g"].redirect = true;
        const FirewallPlan grouped = planFirewall(undiverted, groups, sources).plan;
        QCOMPARE(grouped.chains.at("divert_groups_123").mid(0, 2), own);
        QCOMPARE(grouped.ownSources.size(), std::size_t(3));
        QVERIFY(
            tableText(before).contains("set own_sources4 { type ipv4_addr; elements = { 10.0.0.9, 10.0.0.10 }; }\n"
                                       "\tset own_sources6 { type ipv6_addr; elements = { fd00::1 }; }"));
        // A change is one of elements.
        sources["main"].addresses = {"10.0.0.10", "10.0.0.11", "fd00::2"};
        const FirewallPlan after = planFirewall(vlans, {}, sources).plan;
        QCOMPARE(changeText(before, after), QByteArray("delete element inet fos1_ntp own_sources4 { 10.0.0.9 }\n"
                                                       "add element inet fos1_ntp own_sources4 { 10.0.0.11 }\n"
                                                       "delete element inet fos1_ntp own_sources6 { fd00::1 }\n"
                                                       "add element inet fos1_ntp own_sources6 { fd00::2 }\n"));
        QCOMPARE(changeText(after, after), QByteArray());
        sources["main"].addresses = {"10.0.0.10", "ntp.example } ; accept"};
        const PlannedFirewall wrong = planFirewall(vlans, {}, sources);
        QCOMPARE(wrong.plan.ownSources.size(), std::size_t(1));
        QCOMPARE(wrong.problems.at("sources of main"), QStringLiteral("\"ntp.example } ; accept\" is not an address."));
    }

    void whatCannotBeEnforcedIsSaid_data() {
        QTest::addColumn<VlanStates>("vlans");
        QTest::addColumn<QString>("who");
        QTest::addColumn<QString>("words");
        QTest::newRow("a wild card") << VlanStates{{"a", vlan("lan*", true)}} << "a"
                                     << "cannot be written as a name";
        QTest::newRow("a way out") << VlanStates{{"a", vlan("x\" : accept", true)}} << "a"
                                   << "cannot be written";
        QTest::newRow("too long") << VlanStates{{"a", vlan("abcdefghijklmnop", true)}} << "a"
                                  << "cannot be written";
        QTest::newRow("a link of two") << VlanStates{{"a", vlan("l", true)}, {"b", vlan("l", false)}} << "a"
                                       << "VLAN b has the same link, and a closed one decides";
        QTest::newRow("the first of two") << VlanStates{{"a", vlan("l", true)}, {"b", vlan("l", true)}} << "b"
                                          << "VLAN a has the same link";
    }
    void whatCannotBeEnforcedIsSaid() {
        QFETCH(const VlanStates, vlans);
        QFETCH(const QString, who);
        QFETCH(const QString, words);
        const PlannedFirewall result = planFirewall(vlans, {});
        QCOMPARE(result.problems.size(), std::size_t(1));
        QVERIFY2(result.problems.at(who).contains(words), qPrintable(result.problems.at(who)));
        QCOMPARE(result.plan.vlans.size(), vlans.size() - 1);
        QVERIFY(!tableText(result.plan).contains("lan*"));
    }

    void nothingIsSaidOfAVlanWithoutALink() {
        const PlannedFirewall result = planFirewall({{"a", vlan("", true)}}, {});
        QVERIFY(result.plan.vlans.empty() && result.problems.empty());
    }

    void aBadNetworkIsAProblem() {
        const PlannedFirewall result = planFirewall({}, {{"g", group({"10.0.0.0/8", "no"}, false)}});
        QCOMPARE(result.problems.at("group g"), QStringLiteral("\"no\" is not a network."));
        QCOMPARE(result.plan.clients.size(), std::size_t(1));
    }

    void oneVlansChangeIsOneElement() {
        VlanStates vlans;
        for (int i = 0; i < 100; ++i)
            vlans[QString::number(i)] = vlan(qPrintable(QStringLiteral("l%1").arg(i)), i % 2 == 0);
        vlans["40"].clientsOnly = false;
        const FirewallPlan before = planFirewall(vlans, {}).plan;
        vlans["42"].accepting = false;
        QCOMPARE(changeText(before, planFirewall(vlans, {}).plan),
                 QByteArray("delete element inet fos1_ntp vlans { \"l42\" }\n"
                            "add element inet fos1_ntp vlans { \"l42\" : goto closed_clients }\n"
                            "delete element inet fos1_ntp quick { \"l42\" }\n"));
        vlans["42"].accepting = true;
        vlans["42"].clientsOnly = false;
        QCOMPARE(changeText(before, planFirewall(vlans, {}).plan),
                 QByteArray("delete element inet fos1_ntp vlans { \"l42\" }\n"
                            "add element inet fos1_ntp vlans { \"l42\" : goto open_123 }\n"));
        vlans["42"].clientsOnly = true;
        QCOMPARE(changeText(before, before), QByteArray());
        vlans.erase("7");
        QCOMPARE(changeText(before, planFirewall(vlans, {}).plan),
                 QByteArray("delete element inet fos1_ntp vlans { \"l7\" }\n"
                            "add element inet fos1_ntp admitted { \"l7\" }\n"
                            "delete element inet fos1_ntp admitted { \"l7\" }\n"
                            "add element inet fos1_ntp refused { \"l7\" }\n"
                            "delete element inet fos1_ntp refused { \"l7\" }\n"));
    }

    void whatWasCountedOnTheQuickWayMoves() {
        const FirewallPlan before =
            planFirewall({{"a", vlan("l1", true)}, {"b", vlan("l2", true)}, {"c", vlan("l3", false)}}, {}).plan;
        const FirewallPlan after =
            planFirewall({{"a", vlan("l1", false)}, {"b", vlan("l2", false)}, {"c", vlan("l3", true)}}, {}).plan;
        QCOMPARE(leavingQuick(before, after), (std::vector<QString>{"l1", "l2"}));
        const QByteArray text = changeText(before, after, {{"l2", {5, 380}}});
        QVERIFY2(text.endsWith("delete element inet fos1_ntp quick { \"l1\", \"l2\" }\n"
                               "add element inet fos1_ntp quick { \"l3\" }\n"
                               "add element inet fos1_ntp admitted { \"l2\" }\n"
                               "delete element inet fos1_ntp admitted { \"l2\" }\n"
                               "add element inet fos1_ntp admitted { \"l2\" counter packets 5 bytes 380 }\n"),
                 text.constData());
    }

    void whoHasTheQuickWay_data() {
        QTest::addColumn<time::ServiceState>("state");
        QTest::addColumn<GroupStates>("groups");
        QTest::addColumn<bool>("isQuick");
        const time::ServiceState open = vlan("l", true);
        const auto row = [&](const char* name, bool isQuick, const GroupStates& groups, auto edit) {
            time::ServiceState state = open;
            edit(state);
            QTest::newRow(name) << state << groups << isQuick;
        };
        const auto asIs = [](time::ServiceState&) {};
        row("open", true, {}, asIs);
        row("closed", false, {}, [](time::ServiceState& state) { state.accepting = false; });
        row("limited", false, {}, [](time::ServiceState& state) { state.rateLimit = time::ServedRate{8s, 8}; });
        row("no limit at all", true, {}, [](time::ServiceState& state) { state.rateLimit = time::ServedRate{}; });
        row("another port", false, {}, [](time::ServiceState& state) { state.port = 1123; });
        row("peers, NTS, broadcasts and redirection matter to other packets", true, {}, [](time::ServiceState& state) {
            state.clientsOnly = false;
            state.ntsPort = 4460;
            state.broadcast = state.redirect = true;
        });
        row("a group that is denied", false, {{"g", group({"10.0.0.0/8"}, false)}}, asIs);
        row("a group that is admitted like all", true, {{"g", group({"10.0.0.0/8"}, true)}}, asIs);
    }
    void whoHasTheQuickWay() {
        QFETCH(const time::ServiceState, state);
        QFETCH(const GroupStates, groups);
        QFETCH(const bool, isQuick);
        QCOMPARE(planned(state, groups).quick, isQuick ? std::vector<QString>{"l"} : std::vector<QString>{});
    }

    void inWords() {
        time::ServiceState state = vlan("l", false);
        QCOMPARE(policyWords(state), QStringLiteral("closed: NTP to this node is dropped"));
        state.opensOnFailure = true;
        QCOMPARE(policyWords(state), QStringLiteral("closed: NTP to this node is dropped; opens on failure"));
        state.opensOnFailure = false;
        state.accepting = state.redirect = true;
        state.ntsPort = 4460;
        state.rateLimit = time::ServedRate{62'500us, 8};
        QCOMPARE(
            policyWords(state),
            QStringLiteral("open for client requests on udp/123; NTS keys on tcp/4460; each client: a burst of 8, then "
                           "one per 0.0625 s; requests to other servers are answered here; no broadcast time"));
    }
};

QTEST_GUILESS_MAIN(TestFirewallPlan)
#include "tst_firewall_plan.moc"

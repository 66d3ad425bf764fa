// SPDX-License-Identifier: GPL-2.0-or-later
// NTPService, NTPClient and VLANs become the policy in force in each VLAN, the rules for chronyd and what each group
// gets; ties and gaps are named.
#include <QTest>

#include "core/access_plan.h"
#include "core/access_table.h"
#include "core/service_plan.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

KnownVlan vlan(const char* interface, std::vector<network::VlanAddress> addresses, bool up = true) {
    KnownVlan known;
    known.state.interface = QLatin1String(interface);
    known.state.up = up;
    known.state.reason = up ? QString() : QStringLiteral("The link has no carrier.");
    known.state.addresses = std::move(addresses);
    return known;
}

network::VlanAddress v4(const char* address, const char* broadcast = "") {
    return {QLatin1String(address), 24, QLatin1String(broadcast)};
}

Vlans threeVlans() {
    return {{QStringLiteral("vlan-10"),
             vlan("lan.10", {v4("10.0.10.1", "10.0.10.255"), {QStringLiteral("fd00:10::1"), 64, {}}})},
            {QStringLiteral("vlan-20"), vlan("lan.20", {v4("10.0.20.1", "10.0.20.255")})},
            {QStringLiteral("vlan-30"), vlan("lan.30", {v4("10.0.30.1", "10.0.30.255")}, false)}};
}

VlanEntry entry(const char* name, bool enabled = true, bool broadcast = false) {
    VlanEntry entry;
    entry.vlan = QLatin1String(name);
    entry.policy.enabled = enabled;
    entry.policy.broadcast = broadcast;
    entry.path = QStringLiteral("spec.vlanConfig[0]");
    return entry;
}

QStringList rules(const AccessPlan& plan) {
    QStringList list;
    for (const AccessRule& rule : plan.rules.access)
        list.append((rule.permission == Permission::Allow ? QStringLiteral("allow ") : QStringLiteral("deny ")) +
                    rule.network.text());
    list.sort();
    return list;
}

ClientGroup group(const char* name, std::initializer_list<const char*> networks, bool allow = true) {
    ClientGroup group;
    group.name = QLatin1String(name);
    group.spec.allow = allow;
    for (const char* network : networks) group.spec.networks.push_back(*IpPrefix::parse(QLatin1String(network)));
    return group;
}

const ServingNow kFit{true, true, true, QStringLiteral("Fit.")};

/// With a chronyd that has all the rules that are planned.
std::map<QString, time::ServiceState> states(const NtpServiceSpec& spec, const Vlans& vlans,
                                             const ServingNow& now = kFit) {
    return planVlans(spec, vlans, tableOf(planAccess(spec, {}, vlans).rules.access), now);
}

}  // namespace

class TestServicePlan : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aSpecThatSaysNothingOfVlansServesNone() {
        const NtpServiceSpec spec;
        QCOMPARE(rules(planAccess(spec, {}, threeVlans())), QStringList());
        const auto planned = states(spec, threeVlans());
        QCOMPARE(planned.size(), 3u);
        QVERIFY(!planned.at(QStringLiteral("vlan-10")).accepting);
        QVERIFY(planned.at(QStringLiteral("vlan-10")).reason.contains(QStringLiteral("spec.vlanDefaults")));
    }

    void entriesAndDefaults() {
        NtpServiceSpec spec;
        spec.vlans.entries = {entry("vlan-10", true, true), entry("vlan-20", false, true)};
        const AccessPlan plan = planAccess(spec, {}, threeVlans());
        QCOMPARE(rules(plan), QStringList({QStringLiteral("allow 10.0.10.0/24"), QStringLiteral("allow 10.0.30.0/24"),
                                           QStringLiteral("allow fd00:10::/64"), QStringLiteral("deny 10.0.20.0/24")}));
        QCOMPARE(plan.rules.broadcasts.size(), 1u);
        QCOMPARE(plan.rules.broadcasts.front().text(), QStringLiteral("10.0.10.255"));
        spec.vlans.defaults = VlanPolicy{false, false, true, false, true, std::nullopt};
        QVERIFY(rules(planAccess(spec, {}, threeVlans())).contains(QStringLiteral("deny 10.0.30.0/24")));
    }

    void whatAVlanIsTold() {
        NtpServiceSpec spec;
        spec.vlans.entries = {entry("vlan-10", true, true), entry("vlan-20", false)};
        spec.vlans.entries[0].policy.redirect = true;
        spec.vlans.entries[0].policy.rateLimit = RateLimitSpec{true, 2s, 4, 2};
        spec.nts.port = 4461;
        spec.advertise.dnsName = QStringLiteral("ntp.example.org");
        const auto planned = states(spec, threeVlans());
        const time::ServiceState& ten = planned.at(QStringLiteral("vlan-10"));
        QCOMPARE(ten.interface, QStringLiteral("lan.10"));
        QCOMPARE(ten.addresses.size(), 2u);
        QVERIFY(ten.accepting && ten.advertise && ten.broadcast && ten.redirect && ten.clientsOnly && ten.dhcp);
        QCOMPARE(ten.ntsPort, 4461);
        QVERIFY((ten.rateLimit == time::ServedRate{2s, 4}));
        QCOMPARE(ten.dnsName, QStringLiteral("ntp.example.org"));
        QCOMPARE(ten.reason, QStringLiteral("Fit."));
        const time::ServiceState& twenty = planned.at(QStringLiteral("vlan-20"));
        QVERIFY(!twenty.accepting && !twenty.advertise && twenty.ntsPort == 0);
        const time::ServiceState& thirty = planned.at(QStringLiteral("vlan-30"));
        QVERIFY(thirty.accepting && !thirty.advertise);
        QCOMPARE(thirty.reason,
                 QStringLiteral("Not advertised: the link of the VLAN is down. The link has no carrier."));
        QVERIFY(time::ServiceState::decode(ten.encode()).value_or(time::ServiceState()) == ten);
    }

    /// A VLAN that is not answered needs it most.
    void theChoiceForAFailureIsToldOfEachVlan() {
        NtpServiceSpec spec;
        spec.vlans.entries = {entry("vlan-10", true), entry("vlan-20", false)};
        for (const bool isOpen : {false, true}) {
            spec.opensOnFailure = isOpen;
            for (const auto& [name, state] : states(spec, threeVlans())) {
                QCOMPARE(state.opensOnFailure, isOpen);
                QCOMPARE(state.encode().contains(QStringLiteral("on_failure")), isOpen);
                QVERIFY(time::ServiceState::decode(state.encode()).value_or(time::ServiceState()) == state);
            }
        }
    }

    void whyNothingIsAdvertised_data() {
        QTest::addColumn<ServingNow>("now");
        QTest::addColumn<bool>("accepting");
        QTest::addColumn<QString>("reason");
        QTest::newRow("unfit") << ServingNow{true, false, false, QStringLiteral("No source.")} << true
                               << "Not advertised: No source.";
        QTest::newRow("not running") << ServingNow{} << false << "The time daemon is not running.";
    }
    void whyNothingIsAdvertised() {
        QFETCH(ServingNow, now);
        QFETCH(bool, accepting);
        QFETCH(QString, reason);
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        const auto state = states(spec, threeVlans(), now).at(QStringLiteral("vlan-10"));
        QCOMPARE(state.accepting, accepting);
        QVERIFY(!state.advertise);
        QCOMPARE(state.reason, reason);
    }

    /// A change is under way, was refused, or a rule of the spec denies the VLAN: what chronyd has is what counts.
    void nobodyIsSentWhereChronydDoesNotAnswer() {
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        const auto with = [&](std::initializer_list<std::pair<const char*, Permission>> rules) {
            std::vector<AccessRule> list;
            for (const auto& [network, permission] : rules)
                list.push_back({*IpPrefix::parse(QLatin1String(network)), permission});
            return planVlans(spec, threeVlans(), tableOf(list), kFit).at(QStringLiteral("vlan-10"));
        };
        const auto addresses = [](const time::ServiceState& state) {
            QStringList list;
            for (const time::ServedAddress& each : state.addresses) list.append(each.address);
            return list.join(u' ');
        };
        for (const auto& state : {with({}), with({{"10.0.20.0/24", Permission::Allow}}),
                                  with({{"10.0.10.0/24", Permission::Deny}, {"fd00:10::/64", Permission::Deny}}),
                                  with({{"10.0.0.0/8", Permission::Allow}, {"10.0.10.0/24", Permission::Deny}})}) {
            QVERIFY(!state.accepting && !state.advertise);
            QCOMPARE(state.reason, QStringLiteral("The time daemon does not answer the networks of this VLAN."));
            QCOMPARE(addresses(state), QStringLiteral("10.0.10.1 fd00:10::1"));
        }
        // One family, a wider rule, or a part of the VLAN: those are answered, and sent to an address that answers.
        QCOMPARE(addresses(with({{"10.0.0.0/8", Permission::Allow}})), QStringLiteral("10.0.10.1"));
        QCOMPARE(addresses(with({{"fd00::/16", Permission::Allow}})), QStringLiteral("fd00:10::1"));
        const auto half = with({{"10.0.10.0/24", Permission::Deny}, {"10.0.10.128/25", Permission::Allow}});
        QVERIFY(half.accepting && half.advertise);
    }

    /// A request from the machine to itself counts as received on the interface of the address, so only those on the
    /// one interface that is answered can be asked.
    void clientsOfOneInterfaceAlone() {
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        spec.server.bindDevice = QStringLiteral("lan.10");
        const auto planned = states(spec, threeVlans());
        QVERIFY(planned.at(QStringLiteral("vlan-10")).advertise);
        QVERIFY(!planned.at(QStringLiteral("vlan-20")).accepting);
        QCOMPARE(planned.at(QStringLiteral("vlan-20")).reason,
                 QStringLiteral("Clients of this VLAN are not answered: 10.0.20.1 is reached through lan.20, and "
                                "clients are answered only on lan.10 (spec.server.bindDevice)."));
        const auto all = tableOf({{*IpPrefix::parse(QStringLiteral("0.0.0.0/0")), Permission::Allow}});
        const auto asked = addressesToAnswer(spec, threeVlans(), all, [] { return std::vector<IpAddress>(); });
        QCOMPARE(asked, std::vector<IpAddress>{*IpAddress::parse(QStringLiteral("10.0.10.1"))});
    }

    void aGroupWhoseChangeDidNotComeIntoForce() {
        NtpServiceSpec spec;
        const auto before = planAccess(spec, {group("a", {"10.1.0.0/24"}), group("b", {"10.2.0.0/24"})}, {}).groups;
        const auto wanted =
            planAccess(spec, {group("a", {"10.1.0.0/24"}), group("b", {"10.3.0.0/24"}), group("c", {"10.4.0.0/24"})},
                       {})
                .groups;
        const auto held = withoutChange(wanted, &before, QStringLiteral("why"));
        QVERIFY(*held.at(QStringLiteral("a")) == *before.at(QStringLiteral("a")));
        QCOMPARE(held.at(QStringLiteral("b"))->state.networks, QStringList(QStringLiteral("10.2.0.0/24")));
        QCOMPARE(held.at(QStringLiteral("b"))->problems.size(), 1u);
        QCOMPARE(held.at(QStringLiteral("c"))->state.networks, QStringList());
        QCOMPARE(withoutChange(wanted, nullptr, QStringLiteral("why")).at(QStringLiteral("a"))->problems.size(), 1u);
    }

    void aServiceThatIsSwitchedOffClosesEverything() {
        NtpServiceSpec spec;
        spec.enabled = false;
        spec.vlans.defaults = VlanPolicy();
        for (const auto& [name, state] : states(spec, threeVlans()))
            QVERIFY(!state.accepting && !state.advertise &&
                    state.reason == QStringLiteral("The time service is switched off."));
    }

    void anEntryWithoutAVlanIsNoFailure() {
        NtpServiceSpec spec;
        spec.vlans.entries = {entry("vlan-40")};
        const AccessPlan plan = planAccess(spec, {}, {});
        QCOMPARE(plan.entriesWithoutVlan.size(), 1u);
        QCOMPARE(plan.entriesWithoutVlan.front(), QStringLiteral("spec.vlanConfig[0] (vlan-40)"));
        const auto planned = states(spec, {});
        QVERIFY(!planned.at(QStringLiteral("vlan-40")).advertise);
    }

    /// What its teller said last still holds for clients that are there, but nobody new is sent.
    void aVlanWhoseTellerIsGone() {
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        Vlans vlans = threeVlans();
        vlans[QStringLiteral("vlan-10")].isKnown = false;
        QVERIFY(rules(planAccess(spec, {}, vlans)).contains(QStringLiteral("allow 10.0.10.0/24")));
        const auto state = states(spec, vlans).at(QStringLiteral("vlan-10"));
        QVERIFY(state.accepting && !state.advertise);
    }

    void aNetworkInTwoVlansIsAnsweredWhenBothAre() {
        NtpServiceSpec spec;
        spec.vlans.entries = {entry("a"), entry("b", false)};
        const Vlans vlans{{QStringLiteral("a"), vlan("x", {v4("10.9.0.1")})},
                          {QStringLiteral("b"), vlan("y", {v4("10.9.0.2")})}};
        QCOMPARE(rules(planAccess(spec, {}, vlans)), QStringList(QStringLiteral("deny 10.9.0.0/24")));
    }

    void groupsComeBeforeVlans() {
        NtpServiceSpec spec;
        spec.vlans.defaults = VlanPolicy();
        ClientGroup denied = group("denied", {"10.0.10.0/24", "10.0.10.128/25"}, false);
        denied.spec.servers = {*IpAddress::parse(QStringLiteral("10.0.0.9"))};
        denied.spec.rateLimit = RateLimitSpec{true, 1s, 2, 2};
        denied.spec.requireNts = true;
        const AccessPlan plan = planAccess(spec, {denied}, threeVlans());
        QVERIFY(rules(plan).contains(QStringLiteral("deny 10.0.10.0/24")));
        QVERIFY(!rules(plan).contains(QStringLiteral("allow 10.0.10.0/24")));
        const time::ClientState& state = plan.groups.at(QStringLiteral("denied"))->state;
        QCOMPARE(state.networks, QStringList({QStringLiteral("10.0.10.0/24"), QStringLiteral("10.0.10.128/25")}));
        QVERIFY(!state.allow && state.requireNts && (state.rateLimit == time::ServedRate{1s, 2}));
        QCOMPARE(state.servers, QStringList(QStringLiteral("10.0.0.9")));
        QVERIFY(time::ClientState::decode(state.encode()).value_or(time::ClientState()) == state);
    }

    void tiesNameBoth() {
        NtpServiceSpec spec;
        spec.access = {{*IpPrefix::parse(QStringLiteral("10.1.0.0/16")), Permission::Allow}};
        const AccessPlan plan = planAccess(
            spec, {group("a", {"10.2.0.0/16"}), group("b", {"10.2.0.0/16", "10.1.0.0/16", "10.3.0.0/16"})}, {});
        QVERIFY(plan.groups.at(QStringLiteral("a"))->problems.empty());
        const GroupOutcome& b = *plan.groups.at(QStringLiteral("b"));
        QCOMPARE(b.state.networks, QStringList(QStringLiteral("10.3.0.0/16")));
        QCOMPARE(b.problems.size(), 2u);
        QCOMPARE(b.problems[0], QStringLiteral("10.2.0.0/16 already belongs to NTPClient a"));
        QCOMPARE(b.problems[1], QStringLiteral("10.1.0.0/16 already belongs to security.access of the NTPService"));
    }

    void groupsByVlan() {
        ClientGroup byVlan = group("g", {});
        byVlan.spec.vlans = {QStringLiteral("vlan-10"), QStringLiteral("vlan-77")};
        const AccessPlan plan = planAccess({}, {byVlan}, threeVlans());
        const GroupOutcome& outcome = *plan.groups.at(QStringLiteral("g"));
        QCOMPARE(outcome.state.networks, QStringList({QStringLiteral("10.0.10.0/24"), QStringLiteral("fd00:10::/64")}));
        QCOMPARE(outcome.problems.front(), QStringLiteral("there is no VLAN vlan-77"));
    }
};

QTEST_GUILESS_MAIN(TestServicePlan)
#include "tst_service_plan.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Which link belongs to a VLAN, the state of the VLAN, and which of two conflicting objects wins.
#include <QTest>

#include "core/vlan_status.h"
#include "core/vlan_table.h"
#include "support/made_up_links.h"

using namespace fos1;
using namespace fos1::vlan;
using namespace fos1::vlan::test;

namespace {

DesiredObject object(const QString& name, const QCborMap& spec, const char* created = "2024-01-01T00:00:00Z",
                     const QString& ns = QStringLiteral("default")) {
    return {{QStringLiteral("networking.fos1.io/v1"), QStringLiteral("VLAN"), ns, name},
            3,
            {{QStringLiteral("creationTimestamp"), QLatin1String(created)}},
            spec};
}

QCborMap spec(int id, const char* interface, QCborMap more = {}) {
    more.insert(QStringLiteral("id"), id);
    more.insert(QStringLiteral("interface"), QLatin1String(interface));
    return more;
}

std::vector<VlanEntry> entries(const std::vector<DesiredObject>& objects, const LinkTable& links) {
    std::vector<VlanSpec> specs;
    specs.reserve(objects.size());
    for (const DesiredObject& each : objects) specs.push_back(*parseVlan(each));
    std::sort(specs.begin(), specs.end(), isOlder);
    return makeEntries(specs, links);
}

VlanEntry entry(const QCborMap& spec, const LinkTable& links) {
    return entries({object(QStringLiteral("a"), spec)}, links).front();
}

/// "Ready=False/LinkMissing Conflict=…", without messages.
QString conditionText(const VlanEntry& entry) {
    QStringList list;
    for (const Condition& each : conditions(entry))
        list.append(each.type + (each.status == ConditionStatus::True ? "=True/" : "=False/") + each.reason);
    return list.join(u' ');
}

LinkTable table(const std::vector<Change>& changes) {
    LinkTable links;
    for (const Change& change : changes) links.apply(change);
    return links;
}

}  // namespace

class TestVlanTable : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void whoseLinkItIs_data() {
        QTest::addColumn<QCborMap>("wanted");
        QTest::addColumn<QString>("expected");  // the link, or why there is none
        const QCborMap untagged{{QStringLiteral("untagged"), true}};
        const auto named = [](const char* name) { return QCborMap{{QStringLiteral("name"), QLatin1String(name)}}; };
        QTest::newRow("on its parent, by whatever name") << spec(10, "lan") << "guests";
        QTest::newRow("by its own name") << spec(10, "guests") << "guests";
        QTest::newRow("on its parent, named as is usual") << spec(20, "lan") << "lan.20";
        QTest::newRow("inner tag on outer tag") << spec(30, "lan.20") << "lan.20.30";
        QTest::newRow("the parent is elsewhere") << spec(40, "moved") << "moved.40";
        QTest::newRow("name and number, another parent") << spec(50, "gone", named("staff")) << "staff";
        QTest::newRow("without tag, the usual name by its parent") << spec(60, "lan") << "lan.60";
        QTest::newRow("without tag, the usual name itself") << spec(60, "lan.60") << "lan.60";
        QTest::newRow("without tag, the other usual name") << spec(70, "vlan70") << "vlan70";
        QTest::newRow("without tag, as declared") << spec(80, "br-lab", untagged) << "br-lab";

        QTest::newRow("no such link") << spec(10, "wlan0") << "There is no link \"wlan0\".";
        QTest::newRow("no such VLAN on it") << spec(99, "lan") << "No link on \"lan\" carries VLAN 99.";
        QTest::newRow("a bridge that nobody called untagged")
            << spec(80, "br-lab") << "No link on \"br-lab\" carries VLAN 80.";
        QTest::newRow("another VLAN's link")
            << spec(99, "guests") << "Link \"guests\" carries VLAN 10, and no link on it carries VLAN 99.";
        QTest::newRow("a number in the name is no tag")
            << spec(20, "lan.60") << "No link on \"lan.60\" carries VLAN 20.";
        QTest::newRow("the end of a number is not the number")
            << spec(7, "vlan70") << "No link on \"vlan70\" carries VLAN 7.";
        // A name for people may be equal to a link's name by chance.
        QTest::newRow("people's name of a trunk")
            << spec(99, "wan", named("lan")) << "No link on \"wan\" carries VLAN 99.";
        QTest::newRow("people's name of another VLAN")
            << spec(99, "wan", named("guests")) << "No link on \"wan\" carries VLAN 99.";
        QTest::newRow("untagged, and not there") << spec(80, "br-x", untagged) << "There is no link \"br-x\".";
    }
    void whoseLinkItIs() {
        QFETCH(QCborMap, wanted);
        const LinkTable links =
            table({link(1, "lo"), link(2, "lan"), link(3, "wan"), link(4, "br-lab"), link(5, "lan.60"),
                   link(6, "vlan70"), vlanLink(7, "guests", 2, 10), vlanLink(8, "lan.20", 2, 20),
                   vlanLink(9, "lan.20.30", 8, 30), vlanLink(10, "moved.40", 0, 40), vlanLink(11, "staff", 3, 50)});
        const VlanEntry found = entry(wanted, links);
        QTEST(found.state.interface.isEmpty() ? found.state.reason : found.state.interface, "expected");
        QCOMPARE(found.state.up, !found.state.interface.isEmpty());
        QCOMPARE(found.state.vlanId, static_cast<int>(wanted.value(QStringLiteral("id")).toInteger()));
    }

    /// The trunk is never taken for the VLAN, not even while the VLAN's link is missing.
    void theTrunkIsNotTheVlan() {
        LinkTable links = table({link(2, "lan"), vlanLink(3, "lan.10", 2, 10), address(2, "192.0.2.1/24")});
        QCOMPARE(entry(spec(10, "lan"), links).state.interface, QStringLiteral("lan.10"));
        links.apply(noLink(3));
        const VlanEntry without = entry(spec(10, "lan"), links);
        QCOMPARE(without.state.interface, QString());
        QVERIFY(without.state.addresses.empty());
        QCOMPARE(conditionText(without), QStringLiteral("Ready=False/LinkMissing"));
    }

    void states_data() {
        QTest::addColumn<int>("state");
        QTest::addColumn<QString>("reason");
        QTest::newRow("up") << int(LinkState::Up) << "";
        QTest::newRow("off") << int(LinkState::AdminDown) << "Link \"lan.10\" is switched off.";
        QTest::newRow("no carrier") << int(LinkState::NoCarrier) << "Link \"lan.10\" has no carrier.";
        QTest::newRow("parent") << int(LinkState::LowerLayerDown) << "The link that \"lan.10\" depends on is down.";
        QTest::newRow("dormant") << int(LinkState::Dormant)
                                 << "Link \"lan.10\" waits for an external event such as authentication (dormant).";
        QTest::newRow("unknown") << int(LinkState::Unknown) << "The state of link \"lan.10\" is unknown.";
    }
    void states() {
        QFETCH(int, state);
        QFETCH(QString, reason);
        const LinkTable links = table({vlanLink(3, "lan.10", 2, 10, TagProtocol::Ieee8021Q, LinkState(state)),
                                       address(3, "10.10.0.1/24", "10.10.0.255")});
        const VlanEntry found = entry(spec(10, "lan.10"), links);
        QCOMPARE(found.state.reason, reason);
        QCOMPARE(found.state.up, reason.isEmpty());
        // The link is known, whether it is up or not.
        QCOMPARE(found.state.ifindex, 3);
        QCOMPARE(found.state.addresses.size(), std::size_t(1));
        QCOMPARE(conditionText(found), reason.isEmpty() ? "Ready=True/LinkUp" : "Ready=False/LinkDown");
    }

    void whatIsSaidOfOneThatIsUp() {
        const LinkTable links = table({link(2, "lan"), vlanLink(3, "lan.10", 2, 10), address(3, "fd00:10::1/64"),
                                       address(3, "10.10.0.1/24", "10.10.0.255")});
        const VlanEntry found = entry(spec(10, "lan", {{QStringLiteral("zone"), QStringLiteral("LAN")}}), links);
        QCOMPARE(found.state.zone, QStringLiteral("LAN"));
        const std::vector<network::VlanAddress> expected{
            {QStringLiteral("10.10.0.1"), 24, QStringLiteral("10.10.0.255")}, {QStringLiteral("fd00:10::1"), 64, {}}};
        QVERIFY(found.state.addresses == expected);
        const QCborMap fields{{QStringLiteral("phase"), QStringLiteral("Active")},
                              {QStringLiteral("activeAddresses"), QCborArray{"10.10.0.1/24", "fd00:10::1/64"}},
                              {QStringLiteral("observedGeneration"), 3},
                              {QStringLiteral("actualInterfaceName"), QStringLiteral("lan.10")},
                              {QStringLiteral("ifindex"), 3}};
        QCOMPARE(statusFields(found), fields);
    }

    void declaredAddresses_data() {
        QTest::addColumn<QCborMap>("declared");
        QTest::addColumn<QString>("expected");
        const auto list = [](const QCborArray& all) { return QCborMap{{QStringLiteral("addresses"), all}}; };
        const auto one = [](const char* text) { return QCborMap{{QStringLiteral("address"), QLatin1String(text)}}; };
        QTest::newRow("none") << QCborMap() << "";
        QTest::newRow("one") << one("10.10.0.1/24") << "The link has every declared address.";
        QTest::newRow("two, written otherwise")
            << list({"FD00:10:0::1/64", "10.10.0.1/24"}) << "The link has every declared address.";
        QTest::newRow("another prefix") << one("10.10.0.1/16") << "The link lacks 10.10.0.1/16.";
        QTest::newRow("one of two, and one") << [&] {
            QCborMap both = list({"10.10.0.1/24", "10.10.0.2/24"});
            both.insert(QStringLiteral("address"), QStringLiteral("10.10.0.3/24"));
            return both;
        }() << "The link lacks 10.10.0.3/24, 10.10.0.2/24.";
    }
    void declaredAddresses() {
        QFETCH(QCborMap, declared);
        const LinkTable links =
            table({vlanLink(3, "lan.10", 2, 10), address(3, "10.10.0.1/24"), address(3, "fd00:10::1/64")});
        QString message;
        for (const Condition& each : conditions(entry(spec(10, "lan.10", declared), links)))
            if (each.type == u"AddressesAsDeclared") message = each.message;
        QTEST(message, "expected");
        // Without a link there is nothing to compare.
        QCOMPARE(conditionText(entry(spec(10, "x", declared), links)), QStringLiteral("Ready=False/LinkMissing"));
    }

    void notWanted() {
        const QCborMap off{{QStringLiteral("enabled"), false}};
        const LinkTable links = table({vlanLink(3, "lan.10", 2, 10)});
        const auto both = entries(
            {object(QStringLiteral("a"), spec(10, "lan.10", off)), object(QStringLiteral("b"), spec(10, "lan.10"))},
            links);
        QCOMPARE(conditionText(both[0]), QStringLiteral("Ready=False/Disabled"));
        QVERIFY(!both[0].state.up);
        // It does not block another object.
        QCOMPARE(conditionText(both[1]), QStringLiteral("Ready=True/LinkUp"));
    }

    void theOlderOneHasTheLink_data() {
        QTest::addColumn<QString>("createdOfA");
        QTest::addColumn<QString>("winner");
        QTest::newRow("a is older") << "2023-12-31T23:59:59Z"
                                    << "a";
        QTest::newRow("b is older") << "2024-01-01T00:00:01Z"
                                    << "b";
        QTest::newRow("the same second: by name") << "2024-01-01T00:00:00Z"
                                                  << "a";
    }
    void theOlderOneHasTheLink() {
        QFETCH(QString, createdOfA);
        QFETCH(QString, winner);
        const LinkTable links = table({link(2, "lan"), vlanLink(3, "lan.10", 2, 10), address(3, "10.10.0.1/24")});
        const auto both = entries({object(QStringLiteral("a"), spec(10, "lan"), createdOfA.toLatin1().constData()),
                                   object(QStringLiteral("b"), spec(10, "lan.10"))},
                                  links);
        QCOMPARE(both[0].key.name, winner);
        QCOMPARE(conditionText(both[0]), QStringLiteral("Ready=True/LinkUp"));
        QCOMPARE(conditionText(both[1]), QStringLiteral("Ready=False/LinkTaken Conflict=True/LinkTaken"));
        QCOMPARE(both[1].state.reason,
                 QStringLiteral("Link \"lan.10\" belongs to VLAN default/%1, which is older.").arg(winner));
        QVERIFY(both[1].state.addresses.empty() && both[1].state.interface.isEmpty() && !both[1].state.up);
        QCOMPARE(statusFields(both[1]).value(QStringLiteral("phase")).toString(), QStringLiteral("Failed"));
    }

    void oneNameInTwoNamespaces() {
        const LinkTable links = table({vlanLink(3, "lan.10", 2, 10), vlanLink(4, "lan.20", 2, 20)});
        const auto both =
            entries({object(QStringLiteral("a"), spec(10, "lan.10"), "2024-01-01T00:00:00Z", QStringLiteral("y")),
                     object(QStringLiteral("a"), spec(20, "lan.20"), "2024-01-01T00:00:00Z", QStringLiteral("x"))},
                    links);
        QCOMPARE(both[0].key.ns, QStringLiteral("x"));
        QCOMPARE(conditionText(both[0]), QStringLiteral("Ready=True/LinkUp"));
        QCOMPARE(conditionText(both[1]), QStringLiteral("Ready=False/NameTaken Conflict=True/NameTaken"));
    }

    void mistakes_data() {
        QTest::addColumn<QCborMap>("wanted");
        QTest::addColumn<QString>("expected");
        QTest::newRow("0") << spec(0, "lan") << "spec.id: must be from 1 to 4094";
        QTest::newRow("4095") << spec(4095, "lan") << "spec.id: must be from 1 to 4094";
        QTest::newRow("no link") << QCborMap{{QStringLiteral("id"), 1}} << "spec.interface: is required";
        QTest::newRow("addresses") << spec(1, "lan",
                                           {{QStringLiteral("address"), QStringLiteral("10.0.0.1")},
                                            {QStringLiteral("addresses"), QCborArray{"10.0.0.1/8", ":::/1"}}})
                                   << "spec.address: \"10.0.0.1\" is not an address with its prefix length; "
                                      "spec.addresses[1]: \":::/1\" is not an address with its prefix length";
        QTest::newRow("types") << spec(1, "lan", {{QStringLiteral("enabled"), 1}})
                               << "spec.enabled: must be true or false";
    }
    void mistakes() {
        QFETCH(QCborMap, wanted);
        const auto parsed = parseVlan(object(QStringLiteral("a"), wanted));
        QVERIFY(!parsed);
        QTEST(joined(parsed.error()), "expected");
    }
};

QTEST_GUILESS_MAIN(TestVlanTable)
#include "tst_vlan_table.moc"

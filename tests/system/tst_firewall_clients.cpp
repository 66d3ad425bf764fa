// SPDX-License-Identifier: GPL-2.0-or-later
// What the firewall bridge does per client: rate limits, requests that are redirected to this node, groups with a
// policy of their own, broadcast time; and a host without permission to change the firewall. Real packets.
#include <QTest>

#include "firewall_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::lab::ntpPacket;
using fos1::system::FirewallUnderTest;
using fos1::system::routerAddress;

namespace {

const QByteArray kPolicies =
    "    - {vlanRef: vlan-20, enabled: true, ratelimit: {enabled: true, interval: 64, burst: 4}}\n"
    "    - {vlanRef: vlan-30, enabled: true, redirect: true}\n"
    "    - {vlanRef: vlan-40, enabled: false}\n";

}  // namespace

class TestFirewallClients : public QObject {
    Q_OBJECT

    std::unique_ptr<FirewallUnderTest> m_fw;

    void declareGroups(const QByteArray& groups) const {
        QByteArray all;
        for (const QByteArray& line : groups.split('\n')) {
            if (line.isEmpty()) continue;
            const qsizetype end = line.indexOf(':');
            all += "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPClient\nmetadata: {name: " + line.left(end) +
                   "}\nspec:" + line.mid(end + 1) + '\n';
        }
        if (!lab::writeFile(m_fw->host->manifest("groups.yaml"), all)) qFatal("groups.yaml");
    }
    [[nodiscard]] QByteArray list(const QString& what) const {
        return m_fw->lab.runIn("rt", "nft", {"list " + what}).output;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_fw = std::make_unique<FirewallUnderTest>();
        const QString problem = m_fw->start(kPolicies);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QTRY_VERIFY2_WITH_TIMEOUT(m_fw->chainOf(20).contains("limit"),
                                  m_fw->host->process().log().right(1200).constData(), 5'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->client(30).ask(routerAddress(30, false), ntpPacket(3)), 15'000);
    }

    void aClientHasItsRate_data() {
        QTest::addColumn<bool>("isV6");
        QTest::newRow("IPv4") << false;
        QTest::newRow("IPv6") << true;
    }
    void aClientHasItsRate() {
        QFETCH(const bool, isV6);
        QCOMPARE(m_fw->client(20).answers(routerAddress(20, isV6), 12), 4);
        QVERIFY(list(isV6 ? "set inet fos1_ntp rate6_64s_4" : "set inet fos1_ntp rate4_64s_4")
                    .contains(isV6 ? "fd20::2" : "10.20.0.2"));
        // The number of remembered clients is bounded.
        QVERIFY(list(isV6 ? "set inet fos1_ntp rate6_64s_4" : "set inet fos1_ntp rate4_64s_4").contains("size 65535"));
        // Clients in another VLAN have no limit.
        QCOMPARE(m_fw->client(30).answers(routerAddress(30, isV6), 12), 12);
    }

    /// In the same VLAN, while the first client has used up its own limit.
    void anotherClientHasAnother() {
        const auto ip = [&](const QString& words) {
            const auto done = m_fw->lab.runIn("cl20", "ip", words.split(u' '));
            if (done.exitCode != 0) qFatal("ip %s: %s", qPrintable(words), done.errors.constData());
        };
        QCOMPARE(m_fw->client(20).answers(routerAddress(20, false), 2), 0);
        ip("addr add 10.20.0.3/24 dev v-cl");
        ip("route add 10.20.0.1/32 dev v-cl src 10.20.0.3");
        QCOMPARE(m_fw->client(20).answers(routerAddress(20, false), 12), 4);
        ip("addr del 10.20.0.3/24 dev v-cl");
    }

    void requestsToElsewhereAreAnsweredHere_data() {
        QTest::addColumn<QString>("address");
        QTest::newRow("IPv4") << QStringLiteral("192.0.2.1");
        QTest::newRow("IPv6") << QStringLiteral("2001:db8::1");
        QTest::newRow("our own upstream") << QStringLiteral("10.1.0.1");
    }
    void requestsToElsewhereAreAnsweredHere() {
        QFETCH(const QString, address);
        // The client sees the answer come from the address that it asked: its socket accepts nothing else.
        const auto answer = m_fw->client(30).ask(address, ntpPacket(3));
        QVERIFY(answer);
        QCOMPARE(int(answer->at(1)), 2);  // our stratum, not the upstream's
        QVERIFY(!m_fw->client(20).ask(address, ntpPacket(3)));
        // Neither a packet of a peer nor one with NTS, which only the intended server can answer.
        QVERIFY(!m_fw->client(30).ask(address, ntpPacket(1)));
        QVERIFY(!m_fw->client(30).ask(address, ntpPacket(3, 228)));
    }

    /// This node's own requests are not redirected, otherwise it would be its own source.
    void ownRequestsAreNotTurned() {
        QTRY_VERIFY(m_fw->metric("firewall_redirected_packets_total{vlan=\"vlan-30\"}") >= 3);
        QVERIFY(m_fw->host->syncState("main-ntp")[u"value"][u"synchronised"].toBool());
        QCOMPARE(m_fw->host->syncState("main-ntp")[u"value"][u"stratum"].toInt(), 2);
        const auto direct = m_fw->lab.askTime("rt", "10.1.0.1");
        QVERIFY(direct);
        QCOMPARE(direct->stratum, 1);
    }

    void groupsDecideBeforeTheirVlan() {
        declareGroups(
            "wide: {selector: {networks: [10.30.0.0/16]}, policy: {permission: deny}}\n"
            "guest: {selector: {networks: [10.40.0.2/32]}, policy: {permission: allow}}\n"
            "secure: {selector: {networks: [\"fd20::/64\"]}, policy: {permission: allow, requireNTS: true, "
            "ratelimit: {enabled: true, interval: 1, burst: 100}}}\n");
        QTRY_COMPARE(m_fw->fate(30, routerAddress(30, false), ntpPacket(3)), QStringLiteral("dropped"));
        QVERIFY(!m_fw->client(30).ask("192.0.2.1", ntpPacket(3)));
        QTRY_COMPARE(m_fw->fate(40, routerAddress(40, false), ntpPacket(3)), QStringLiteral("passed"));
        QTRY_VERIFY(m_fw->client(40).ask(routerAddress(40, false), ntpPacket(3)));
        QCOMPARE(m_fw->fate(40, routerAddress(40, false), ntpPacket(6)), QStringLiteral("dropped"));
        QCOMPARE(m_fw->fate(40, routerAddress(40, true), ntpPacket(3)), QStringLiteral("dropped"));
        for (const int length : {48, 68, 72})
            QCOMPARE(m_fw->fate(20, routerAddress(20, true), ntpPacket(3, length)), QStringLiteral("dropped"));
        // With a rate limit of its own: eight at once exceed the four of their VLAN.
        for (int i = 0; i < 8; ++i)
            QCOMPARE(m_fw->fate(20, routerAddress(20, true), ntpPacket(3, 228)), QStringLiteral("passed"));
        QVERIFY(m_fw->client(20).reaches(routerAddress(20, true), 4460));
        // The smaller network decides.
        declareGroups(
            "wide: {selector: {networks: [10.30.0.0/16]}, policy: {permission: deny}}\n"
            "one: {selector: {networks: [10.30.0.2/32]}, policy: {permission: allow}}\n");
        QTRY_VERIFY(m_fw->client(30).ask(routerAddress(30, false), ntpPacket(3)));
        // An allowed group without `redirect` is not redirected, even if its VLAN is.
        QVERIFY(!m_fw->client(30).ask("192.0.2.1", ntpPacket(3)));
        QTRY_COMPARE(m_fw->fate(40, routerAddress(40, false), ntpPacket(3)), QStringLiteral("dropped"));
    }

    void aGroupIsTurnedWhereItsVlanIsNot() {
        declareGroups(
            "turned: {selector: {networks: [10.20.0.2/32]}, policy: {permission: allow, redirect: true, "
            "ratelimit: {enabled: true, interval: 1, burst: 50}}}\n");
        QTRY_VERIFY(m_fw->client(20).ask("192.0.2.1", ntpPacket(3)));
        QVERIFY(!m_fw->client(20).ask("2001:db8::1", ntpPacket(3)));
        QVERIFY(QFile::remove(m_fw->host->manifest("groups.yaml")));
        QTRY_VERIFY_WITH_TIMEOUT(!list("set inet fos1_ntp turned4").contains("10.20.0.2"), 15'000);
        // The policy stays in force for a while after its retraction, so that a restart does not cut off the clients of
        // a VLAN.
        QTRY_VERIFY(m_fw->client(30).ask("192.0.2.1", ntpPacket(3)));
    }

    void timeGoesToAllOnlyWhereDeclared() {
        const lab::Probe router(m_fw->lab, "rt");
        const auto refused = [&] { return list("set inet fos1_ntp refused"); };
        QCOMPARE(
            m_fw->lab
                .runIn("cl30", "nft",
                       {"table ip seen {\ncounter heard { }\nchain pre {\ntype filter hook prerouting priority -300\n"
                        "udp sport 123 @th,64,8 & 7 == 5 counter name heard\n}\n}"})
                .exitCode,
            0);
        const auto arrived = [&] { return m_fw->lab.runIn("cl30", "nft", {"list counters"}).output; };
        const QByteArray before = refused();
        // The sender may get an error for packets that the output hook drops; they count in any case.
        (void)router.sendFrom(123, "10.30.0.255", ntpPacket(5));
        QTRY_VERIFY(refused() != before);
        QVERIFY(arrived().contains("packets 0 "));
        QByteArray declared = kPolicies;
        declared.replace("redirect: true", "redirect: true, broadcast: true");
        QVERIFY(m_fw->declare(declared));
        QTRY_VERIFY(m_fw->chainOf(30).contains("broadcast"));
        QVERIFY(router.sendFrom(123, "10.30.0.255", ntpPacket(5)));
        QTRY_VERIFY(!arrived().contains("packets 0 "));
    }

    void withoutTheRightItSaysSo() {
        QCOMPARE(m_fw->host->stop(), 0);
        m_fw->nft("delete table inet fos1_ntp");
        m_fw->host->wrapper = QStringList{"setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"};
        QVERIFY(m_fw->host->start());
        const auto degraded = [&] { return m_fw->host->pluginCondition("firewall-bridge", "Degraded"); };
        QTRY_COMPARE_WITH_TIMEOUT(degraded()[u"reason"].toString(), QStringLiteral("NotPermitted"), 15'000);
        QVERIFY2(degraded()[u"message"].toString().contains("Operation not permitted"),
                 qPrintable(degraded()[u"message"].toString()));
        QVERIFY(!m_fw->hasTable());
        QTRY_VERIFY(m_fw->host->ctl({"firewall", "show"}).output.contains("The kernel refused the table."));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFirewallClients test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_firewall_clients.moc"

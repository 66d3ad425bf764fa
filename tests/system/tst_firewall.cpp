// SPDX-License-Identifier: GPL-2.0-or-later
// The firewall bridge, from manifests to packets: clients in three VLANs send NTP of every mode, of valid and invalid
// lengths, over IPv4 and IPv6, and connect to the NTS port, before and after a change, a restart and other programs'
// commands.
#include <QTest>

#include "firewall_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::lab::ntpPacket;
using fos1::system::FirewallUnderTest;
using fos1::system::routerAddress;

namespace {

const QByteArray kPolicies =
    "    - {vlanRef: vlan-20, enabled: true, clientsOnly: true}\n"
    "    - {vlanRef: vlan-30, enabled: true, clientsOnly: false, nts: false}\n"
    "    - {vlanRef: vlan-40, enabled: false}\n";

constexpr quint16 kNtsPort = 4460;

}  // namespace

class TestFirewall : public QObject {
    Q_OBJECT

    std::unique_ptr<FirewallUnderTest> m_fw;

    /// Sends a packet and returns how the result differs from the expected one; empty when it does not.
    [[nodiscard]] QString mistake(int vlan, bool isV6, const QByteArray& packet, bool isWanted) const {
        const QString address = routerAddress(vlan, isV6);
        const QString fate = m_fw->fate(vlan, address, packet);
        if (fate == (isWanted ? u"passed" : u"dropped")) return {};
        return QStringLiteral("VLAN %1, %2, mode %3, %4 bytes: %5; ")
            .arg(vlan)
            .arg(address)
            .arg(packet[0] & 7)
            .arg(packet.size())
            .arg(fate);
    }
    [[nodiscard]] QString mistakesOfModes(bool isV6) const {
        QString text;
        for (int mode = 0; mode <= 7; ++mode) {
            text += mistake(20, isV6, ntpPacket(mode), mode == 3);
            text += mistake(30, isV6, ntpPacket(mode), mode >= 1 && mode <= 5);
            text += mistake(40, isV6, ntpPacket(mode), false);
        }
        return text;
    }
    [[nodiscard]] QString mistakesOfLengths(bool isV6) const {
        QString text;
        for (const int length : {1, 47}) text += mistake(20, isV6, ntpPacket(3, length), false);
        for (const int length : {48, 68, 228, 1400}) text += mistake(20, isV6, ntpPacket(3, length), true);
        // Three packets of one datagram, which is too long for NTP.
        return text + mistake(30, isV6, ntpPacket(3, 4000), false);
    }
    [[nodiscard]] QString mistakesOfConnections(int vlan, bool isV6) const {
        const QString address = routerAddress(vlan, isV6);
        QStringList list;
        if (m_fw->client(vlan).reaches(address, kNtsPort) != (vlan == 20)) list.append("NTS-KE");
        if (m_fw->client(vlan).ask(address, ntpPacket(3)).has_value() != (vlan != 40)) list.append("the answer");
        // Traffic other than NTP is unaffected.
        if (!m_fw->client(vlan).reaches(address, 22)) list.append("tcp/22");
        return list.isEmpty() ? QString() : QStringLiteral("VLAN %1, %2: ").arg(vlan).arg(address) + list.join(u',');
    }
    /// The policies that are not enforced.
    [[nodiscard]] QString mistake() const {
        QString text;
        for (const bool isV6 : {false, true}) {
            text += mistakesOfModes(isV6) + mistakesOfLengths(isV6);
            for (const int vlan : {20, 30, 40}) text += mistakesOfConnections(vlan, isV6);
        }
        return text;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_fw = std::make_unique<FirewallUnderTest>();
        const QString problem = m_fw->start(kPolicies);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->topic("time.service/v1", "vlan-20")[u"value"][u"nts_port"].toInt() > 0, 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->chainOf(20).contains("nts"), 10'000);
    }

    void eachVlanIsTreatedAsDeclared() { QCOMPARE(mistake(), QString()); }

    void whatWasCountedIsTold() {
        const auto state = [&] { return m_fw->topic("firewall.ntp/v1", "vlan-20")[u"value"].toObject(); };
        QTRY_VERIFY(state()[u"admitted_packets"].toInteger() >= 8 && state()[u"refused_packets"].toInteger() >= 14);
        QVERIFY(state()[u"enforced"].toBool());
        QTRY_VERIFY(m_fw->metric("firewall_refused_packets_total{vlan=\"vlan-40\"}") >= 16);
        QVERIFY(m_fw->metric("firewall_admitted_bytes_total{vlan=\"vlan-20\"}") > 0);
        QCOMPARE(m_fw->metric("firewall_enforced_vlans"), 3.0);
    }

    void aPolicyChangesByElements() {
        const auto handle = [&] {
            return m_fw->lab.runIn("rt", "nft", {"-a", "list", "chain", "inet", "fos1_ntp", "input"}).output;
        };
        const QByteArray before = handle();
        QVERIFY(before.contains("handle"));
        QByteArray changed = kPolicies;
        changed.replace("vlan-40, enabled: false", "vlan-40, enabled: true");
        QVERIFY(m_fw->declare(changed));
        QTRY_VERIFY(m_fw->chainOf(40).startsWith("open"));
        QCOMPARE(m_fw->fate(40, routerAddress(40, true), ntpPacket(3)), QStringLiteral("passed"));
        QCOMPARE(m_fw->fate(40, routerAddress(40, true), ntpPacket(6)), QStringLiteral("dropped"));
        QVERIFY(m_fw->declare(kPolicies));
        QTRY_COMPARE(m_fw->chainOf(40), QStringLiteral("closed_clients"));
        QCOMPARE(mistake(), QString());
        // The table was not replaced: its rules are the same ones.
        QCOMPARE(handle(), before);
    }

    void aRestartOfTheHostIsNotNoticed() {
        QVERIFY(!m_fw->nft("list set inet fos1_ntp refused").contains("packets 0 "));
        QCOMPARE(m_fw->host->stop(), 0);
        // The last policies stay, although their publisher is gone.
        QVERIFY(m_fw->hasTable());
        QCOMPARE(m_fw->fate(20, routerAddress(20, false), ntpPacket(3)), QStringLiteral("passed"));
        QCOMPARE(m_fw->fate(40, routerAddress(40, false), ntpPacket(3)), QStringLiteral("dropped"));
        QVERIFY(m_fw->host->start());
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->topic("firewall.ntp/v1", "vlan-20")[u"value"][u"enforced"].toBool(), 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->chainOf(20).contains("nts"), 15'000);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->client(20).ask(routerAddress(20, false), ntpPacket(3)).has_value(), 15'000);
        // The new table continues the counters of the old one.
        QVERIFY(!m_fw->nft("list set inet fos1_ntp refused").contains("packets 0 "));
        QCOMPARE(mistake(), QString());
    }

    void whatOthersDoIsUndone_data() {
        QTest::addColumn<QString>("command");
        QTest::newRow("everything flushed") << QStringLiteral("flush ruleset");
        QTest::newRow("our table deleted") << QStringLiteral("delete table inet fos1_ntp");
        QTest::newRow("an element deleted") << QStringLiteral("delete element inet fos1_ntp vlans { \"lan.40\" }");
        QTest::newRow("an element added") << QStringLiteral("add element inet fos1_ntp vlans { \"lan.9\" : accept }");
        QTest::newRow("a rule added") << QStringLiteral("insert rule inet fos1_ntp input accept");
        QTest::newRow("a chain flushed") << QStringLiteral("flush chain inet fos1_ntp refuse");
    }
    void whatOthersDoIsUndone() {
        QFETCH(const QString, command);
        const auto table = [&] {
            return m_fw->lab.runIn("rt", "nft", {"-s", "list", "table", "inet", "fos1_ntp"}).output;
        };
        const QByteArray before = table();
        const double repairs = m_fw->metric("firewall_drift_repairs_total");
        m_fw->nft(command);
        QTRY_VERIFY(m_fw->metric("firewall_drift_repairs_total") > repairs);
        QTRY_COMPARE(table(), before);
        if (!m_fw->nft("list tables").contains("observer")) m_fw->observe();
        QCOMPARE(mistake(), QString());
        QVERIFY(m_fw->host->ctl({"events"}).output.contains("TableRepaired"));
    }

    /// Tables of other programs are unaffected: a change of them is not drift, and their contents stay.
    void othersAreLeftAlone() {
        const double repairs = m_fw->metric("firewall_drift_repairs_total");
        m_fw->nft("add table inet other; add chain inet other x; delete table inet other");
        QByteArray changed = kPolicies;
        changed.replace("vlan-40, enabled: false", "vlan-40, enabled: true");
        QVERIFY(m_fw->declare(changed));
        QTRY_VERIFY(m_fw->chainOf(40).startsWith("open"));
        QVERIFY(m_fw->declare(kPolicies));
        QTRY_COMPARE(m_fw->chainOf(40), QStringLiteral("closed_clients"));
        QCOMPARE(m_fw->metric("firewall_drift_repairs_total"), repairs);
        QVERIFY(m_fw->nft("list tables").contains("observer"));
    }

    /// nf_tables: accept is final only within its own table, drop is final everywhere. We can close a port, but not
    /// open it.
    void anotherFirewallsDropStands() {
        m_fw->nft(
            "add table inet stock; add chain inet stock input { type filter hook input priority 0; policy drop; }");
        QVERIFY(!m_fw->client(20).ask(routerAddress(20, false), ntpPacket(3)));
        // The rule that another firewall needs, as docs/firewall.md explains.
        m_fw->nft("add rule inet stock input udp dport 123 accept");
        QVERIFY(m_fw->client(20).ask(routerAddress(20, false), ntpPacket(3)));
        QVERIFY(!m_fw->client(40).ask(routerAddress(40, false), ntpPacket(3)));
        m_fw->nft("delete table inet stock");
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFirewall test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_firewall.moc"

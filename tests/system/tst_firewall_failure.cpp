// SPDX-License-Identifier: GPL-2.0-or-later
// Which parts of the firewall stay in force when the ntp plugin or the host is stopped, or the host is killed: as the
// NTPService configures it (spec.security.onFailure), and removed by hand. Real packets.
#include <QTest>
#include <csignal>

#include "firewall_under_test.h"
#include "isolation.h"
#include "tree.h"

using namespace fos1;
using fos1::lab::ntpPacket;
using fos1::system::FirewallUnderTest;
using fos1::system::routerAddress;

namespace {

const QByteArray kPolicies =
    "    - {vlanRef: vlan-20, enabled: true}\n"
    "    - {vlanRef: vlan-30, enabled: true, redirect: true}\n"
    "    - {vlanRef: vlan-40, enabled: false}\n";

}  // namespace

class TestFirewallFailure : public QObject {
    Q_OBJECT

    std::unique_ptr<FirewallUnderTest> m_fw;

    /// Starts a host that enforces the policies with this choice.
    void begin(const QByteArray& onFailure) const {
        m_fw->security = "onFailure: " + onFailure;
        QVERIFY(m_fw->declare(kPolicies));
        if (!m_fw->host->isRunning()) QVERIFY(m_fw->host->start());
        const auto isChosen = [&] {
            const QJsonObject vlan = m_fw->topic("time.service/v1", "vlan-40")[u"value"].toObject();
            return vlan[u"on_failure"].toString(QStringLiteral("closed")).toLatin1() == onFailure;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isChosen() && m_fw->chainOf(40) == QStringLiteral("closed_clients") &&
                                     m_fw->chainOf(20).startsWith(u"open"),
                                 15'000);
    }
    /// The fate of a client request in a VLAN that is not enabled.
    [[nodiscard]] QString fateInClosedVlan(bool isV6 = false) const {
        return m_fw->fate(40, routerAddress(40, isV6), ntpPacket(3));
    }
    void kill() const {
        m_fw->host->process().signal(SIGKILL);
        m_fw->host->process().waitForEnd(5000);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_fw = std::make_unique<FirewallUnderTest>();
        const QString problem = m_fw->start(kPolicies);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_fw->host->config.replace("countersSeconds: 1", "countersSeconds: 1, holdSeconds: 1");
        QCOMPARE(m_fw->host->stop(), 0);
        QVERIFY(m_fw->host->start());
    }

    void closedStaysClosedWithoutThePlugin() {
        begin("closed");
        QCOMPARE(m_fw->host->ctl({"plugin", "stop", "ntp"}).exitCode, 0);
        QTRY_VERIFY(m_fw->topic("time.service/v1", "vlan-40")[u"value"].toObject().isEmpty());
        QTest::qWait(1500);
        QCOMPARE(fateInClosedVlan(), QStringLiteral("dropped"));
        QCOMPARE(fateInClosedVlan(true), QStringLiteral("dropped"));
        QCOMPARE(m_fw->fate(20, routerAddress(20, false), ntpPacket(6)), QStringLiteral("dropped"));
        QCOMPARE(m_fw->host->ctl({"plugin", "start", "ntp"}).exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->client(20).ask(routerAddress(20, false), ntpPacket(3)), 15'000);
    }

    void closedStaysClosedWithoutTheHost() {
        begin("closed");
        QCOMPARE(m_fw->host->stop(), 0);
        QCOMPARE(fateInClosedVlan(), QStringLiteral("dropped"));
        begin("closed");
        kill();
        QCOMPARE(fateInClosedVlan(), QStringLiteral("dropped"));
        QCOMPARE(fateInClosedVlan(true), QStringLiteral("dropped"));
    }

    void theChoiceIsSeenBeforehand() {
        begin("closed");
        m_fw->security = "onFailure: open";
        const auto diff = m_fw->host->ctl({"diff", "-f", "-"}, m_fw->service(kPolicies));
        QVERIFY2(diff.output.contains("onFailure") && diff.output.contains("vlan-40: on_failure nothing -> open"),
                 (diff.output + diff.errors).constData());
    }

    void openLetsEverythingThroughWithoutThePlugin() {
        begin("open");
        QCOMPARE(fateInClosedVlan(), QStringLiteral("dropped"));
        QCOMPARE(m_fw->host->ctl({"plugin", "stop", "ntp"}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(fateInClosedVlan(), QStringLiteral("passed"), 10'000);
        QCOMPARE(fateInClosedVlan(true), QStringLiteral("passed"));
        QCOMPARE(m_fw->fate(20, routerAddress(20, false), ntpPacket(6)), QStringLiteral("passed"));
        QCOMPARE(m_fw->host->ctl({"plugin", "start", "ntp"}).exitCode, 0);
        QTRY_COMPARE_WITH_TIMEOUT(fateInClosedVlan(), QStringLiteral("dropped"), 15'000);
    }

    void openLetsEverythingThroughWithoutTheHost() {
        begin("open");
        QCOMPARE(m_fw->host->stop(), 0);
        QVERIFY(!m_fw->hasTable());
        QVERIFY(m_fw->nft("list tables").contains("observer"));
        QCOMPARE(fateInClosedVlan(), QStringLiteral("passed"));
        QCOMPARE(fateInClosedVlan(true), QStringLiteral("passed"));
        QCOMPARE(m_fw->fate(20, routerAddress(20, false), ntpPacket(6)), QStringLiteral("passed"));
    }

    /// The table left by a stopped plugin, and by a killed host.
    void theTableGoesByHand() {
        const auto remove = [&](const QString& socket) {
            return m_fw->lab.runIn("rt", tree::builtFile("bin/fos1ctl"), {"--socket", socket, "firewall", "remove"});
        };
        begin("closed");
        const auto refused = remove(m_fw->host->socket());
        QVERIFY2(refused.exitCode == 1 && refused.errors.contains("plugin stop"), refused.errors.constData());
        QVERIFY(m_fw->hasTable());
        QCOMPARE(m_fw->host->ctl({"plugin", "stop", "firewall-bridge"}).exitCode, 0);
        QVERIFY(m_fw->hasTable());
        const auto removed = remove(m_fw->host->socket());
        QVERIFY2(removed.exitCode == 0, removed.errors.constData());
        QVERIFY(!m_fw->hasTable());
        QCOMPARE(m_fw->host->ctl({"plugin", "start", "firewall-bridge"}).exitCode, 0);
        QTRY_VERIFY_WITH_TIMEOUT(m_fw->hasTable(), 15'000);
        m_fw->host->process().signal(SIGKILL);
        m_fw->host->process().waitForEnd(5000);
        QVERIFY(m_fw->hasTable());
        const auto byHand = remove(m_fw->host->socket());
        QVERIFY2(byHand.exitCode == 0, byHand.errors.constData());
        QVERIFY(!m_fw->hasTable());
        QVERIFY(m_fw->nft("list tables").contains("observer"));
        // Removing a missing table succeeds.
        QCOMPARE(remove(m_fw->host->socket()).exitCode, 0);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestFirewallFailure test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_firewall_failure.moc"

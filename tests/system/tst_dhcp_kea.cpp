// SPDX-License-Identifier: GPL-2.0-or-later
// DHCP points clients to the router's time service: a real host, a real kea-dhcp4 and real clients. They learn of the
// service while its time is fit, and only then, whatever happens to the host and to Kea.
#include <QDateTime>
#include <QFile>
#include <QLocalSocket>
#include <QTest>
#include <csignal>

#include "dhcp_client.h"
#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::lab::DhcpClient;
using fos1::lab::IpFamily;
using fos1::system::HostUnderTest;

namespace {

// VLAN 20 is ours to point to; in VLAN 30 an administrator has decided; VLAN 40 is not told by policy.
const QByteArray kKea =
    R"({"Dhcp4": {"interfaces-config": {"interfaces": ["lan.20", "lan.30", "lan.40"], "dhcp-socket-type": "raw"},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 600,
  "shared-networks": [{"name": "guests", "interface": "lan.40", "subnet4": [
    {"id": 7, "subnet": "10.40.0.0/24", "pools": [{"pool": "10.40.0.100-10.40.0.200"}]}]}],
  "subnet4": [
    {"id": 30, "subnet": "10.30.0.0/24", "interface": "lan.30", "pools": [{"pool": "10.30.0.100-10.30.0.200"}],
      "option-data": [{"name": "ntp-servers", "data": "10.30.0.9"}]},
    {"id": 1, "subnet": "10.20.0.0/24", "user-context": {"site": "lab", "weight": 1.50}, "interface": "lan.20",
      "pools": [{"pool": "10.20.0.100-10.20.0.200"}],
      "option-data": [{"name": "routers", "data": "10.20.0.1"}]}]}})";

const QByteArray kVlans =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-30}\nspec: {id: 30, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-40}\nspec: {id: 40, interface: lan}\n";

const QByteArray kService =
    "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  advertise: {holdover: {duration: 2}}\n"
    "  vlanConfig:\n"
    "    - {vlanRef: vlan-20, enabled: true}\n"
    "    - {vlanRef: vlan-30, enabled: true}\n"
    "    - {vlanRef: vlan-40, enabled: false}\n";

const QString kNtp = QStringLiteral("ntpsrv");

}  // namespace

class TestDhcpKea : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_kea;
    std::unique_ptr<HostUnderTest> m_host;
    std::unique_ptr<DhcpClient> m_client;
    QByteArray m_untouched;  ///< Kea's configuration before the host ran

    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }
    void startKea() { m_kea = lab::startKea(*m_lab, "rt", "kea", IpFamily::V4, kKea); }

    [[nodiscard]] QByteArray keaConfig() const {
        QLocalSocket control;
        control.connectToServer(m_lab->path("kea/control"));
        if (!control.waitForConnected(1000)) return {};
        control.write(R"({"command": "config-get"})");
        QByteArray answer;
        while (control.waitForReadyRead(2000)) answer += control.readAll();
        return answer;
    }
    [[nodiscard]] bool isMarked() const { return keaConfig().contains("fos1-host"); }

    [[nodiscard]] QJsonObject topic(const QString& vlan) const {
        const QJsonArray values =
            m_host->call("topic.list", {{"topic", "dhcp.ntp/v1"}})[u"result"][u"values"].toArray();
        for (const QJsonValue& value : values)
            if (value[u"key"].toString() == vlan) return value[u"value"].toObject();
        return {};
    }
    [[nodiscard]] bool isTold(const QString& vlan) const { return topic(vlan)[u"told"].toBool(); }
    [[nodiscard]] double metric(const QByteArray& series) const {
        for (const QByteArray& line : m_host->http("/metrics").split('\n'))
            if (line.startsWith(series + ' ')) return line.mid(series.size() + 1).toDouble();
        return -1;
    }
    /// For a failure: what the bridge shows.
    [[nodiscard]] QString state() const {
        for (const QStringList& command : {QStringList{"dhcp", "show"}, {"plugin", "show", "dhcp-bridge"}})
            qWarning().noquote() << m_host->ctl(command).output;
        return QStringLiteral("see above");
    }
    /// What the client of VLAN 20 gets when it renews its lease now.
    [[nodiscard]] QMap<QString, QString> renewed() const {
        QFile::remove(m_lab->path("cl20-dhcp4/told"));
        m_client->process().signal(SIGUSR1);
        (void)QTest::qWaitFor([&] { return !m_client->options().isEmpty(); }, 5000);
        return m_client->options();
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : {20, 30, 40}) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        startUpstream();
        startKea();
        QTRY_VERIFY2_WITH_TIMEOUT(!keaConfig().isEmpty(), m_kea->log().constData(), 10'000);
        m_untouched = keaConfig();
        // It renews its lease from the address that it got.
        m_client = std::make_unique<DhcpClient>(*m_lab, "cl20", IpFamily::V4);
        QTRY_VERIFY2_WITH_TIMEOUT(!m_client->options().isEmpty(), m_client->process().log().constData(), 20'000);
        QVERIFY(!m_client->options().contains(kNtp));
        QCOMPARE(m_lab->runIn("cl20", "ip", {"addr", "add", m_client->options()["ip"] + "/24", "dev", "v-cl"}).exitCode,
                 0);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n"
                               "  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, servers: [{name: lan, "
                               "kind: kea4, socket: " +
                                   m_lab->path("kea/control").toUtf8() + "}]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("vlans.yaml"), kVlans));
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), kService));
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(isTold("vlan-20"), qPrintable(state()), 20'000);
    }

    void clientsLearnTheRoutersOwnAddress() {
        const QString leased = m_client->options()["ip"];
        const auto options = renewed();
        QVERIFY2(options.value(kNtp) == QStringLiteral("10.20.0.1"), m_client->process().log().constData());
        QCOMPARE(options["ip"], leased);
        QCOMPARE(metric("dhcp_writes_total{server=\"lan\"}"), 1.0);
        QCOMPARE(metric(R"(dhcp_told_subnets{family="ipv4",vlan="vlan-20"})"), 1.0);
        QCOMPARE(m_host->pluginCondition("dhcp-bridge", "Server.lan")[u"status"].toString(), QStringLiteral("True"));
        const auto page = m_host->ctl({"dhcp", "show"});
        QVERIFY2(page.exitCode == 0 && page.output.contains("10.20.0.1"), (page.output + page.errors).constData());
    }

    void theDiffSaysWhatClientsWouldBeTold() {
        const auto diff = [this](const QByteArray& service) { return m_host->ctl({"diff", "-f", "-"}, service); };
        QByteArray closed = kService;
        closed.replace("vlan-20, enabled: true", "vlan-20, enabled: false");
        const auto lost = diff(closed);
        QVERIFY2(lost.output.contains("dhcp-bridge: DHCP clients of 1 subnet would be told other NTP servers.") &&
                     lost.output.contains("- lan 10.20.0.0/24: 10.20.0.1"),
                 lost.output.constData());
        QVERIFY(!lost.output.contains("+ lan"));
        QByteArray opened = kService;
        opened.replace("vlan-40, enabled: false", "vlan-40, enabled: true");
        const auto won = diff(opened);
        QVERIFY2(won.output.contains("+ lan 10.40.0.0/24: 10.40.0.1") && !won.output.contains("- lan"),
                 won.output.constData());
        QByteArray other = kService;
        other.replace("duration: 2", "duration: 3");
        const auto same = diff(other);
        QVERIFY2(!same.output.contains("dhcp-bridge"), same.output.constData());
        QVERIFY(isMarked() && isTold("vlan-20") && !isTold("vlan-40"));
    }

    void theAdministratorsOwnStays() {
        const DhcpClient client(*m_lab, "cl30", IpFamily::V4);
        QTRY_VERIFY_WITH_TIMEOUT(!client.options().isEmpty(), 20'000);
        QCOMPARE(client.options()[kNtp], QStringLiteral("10.30.0.9"));
        QVERIFY(!isTold("vlan-30"));
        const QJsonObject subnet = topic("vlan-30")[u"subnets"][0].toObject();
        QVERIFY(!subnet[u"owned"].toBool(true));
        QCOMPARE(subnet[u"addresses"][0].toString(), QStringLiteral("10.30.0.9"));
        QVERIFY(subnet[u"reason"].toString().contains(u"administrator"));
    }

    void aVlanThatIsNotServedIsNotTold() {
        const DhcpClient client(*m_lab, "cl40", IpFamily::V4);
        QTRY_VERIFY_WITH_TIMEOUT(!client.options().isEmpty(), 20'000);
        QVERIFY(!client.options().contains(kNtp));
        QVERIFY(!isTold("vlan-40"));
        QVERIFY(!topic("vlan-40")[u"reason"].toString().isEmpty());
    }

    void aRestartedKeaIsRightAgain() {
        const double repairs = metric("dhcp_drift_repairs_total{server=\"lan\"}");
        m_kea->signal(SIGKILL);
        m_kea->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(m_host->pluginCondition("dhcp-bridge", "Server.lan")[u"reason"].toString(),
                                  QStringLiteral("Unreachable"), 5000);
        startKea();
        QTRY_VERIFY_WITH_TIMEOUT(isMarked(), 10'000);
        QTRY_COMPARE(m_host->pluginCondition("dhcp-bridge", "Server.lan")[u"status"].toString(),
                     QStringLiteral("True"));
        QTRY_COMPARE(metric("dhcp_drift_repairs_total{server=\"lan\"}"), repairs + 1);
        QCOMPARE(renewed().value(kNtp), QStringLiteral("10.20.0.1"));
    }

    void unfitTimeIsNoLongerTold() {
        const QString leased = m_client->options()["ip"];
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        QTRY_VERIFY_WITH_TIMEOUT(!isTold("vlan-20"), 20'000);
        QTRY_COMPARE_WITH_TIMEOUT(keaConfig(), m_untouched, 5000);
        const auto options = renewed();
        QVERIFY(!options.isEmpty() && !options.contains(kNtp));
        QCOMPARE(options["ip"], leased);
        const QJsonObject subnet = topic("vlan-20")[u"subnets"][0].toObject();
        QVERIFY(subnet[u"clients_until_unix_s"].toInteger() > QDateTime::currentSecsSinceEpoch() + 400);
        QVERIFY(!subnet[u"reason"].toString().isEmpty());
        startUpstream();
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 60'000);
        QTRY_COMPARE_WITH_TIMEOUT(renewed().value(kNtp), QStringLiteral("10.20.0.1"), 10'000);
    }

    void aKilledHostThatReturnsChangesNothing() {
        QVERIFY(isMarked());
        m_host->process().signal(SIGKILL);
        m_host->process().waitForEnd(5000);
        const QByteArray before = keaConfig();
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 20'000);
        QCOMPARE(keaConfig(), before);
        QCOMPARE(metric("dhcp_writes_total{server=\"lan\"}"), 0.0);
    }

    void aStopWithdraws() {
        QVERIFY(isMarked());
        QCOMPARE(m_host->stop(), 0);
        QCOMPARE(keaConfig(), m_untouched);
        QVERIFY(!renewed().contains(kNtp));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpKea test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_kea.moc"

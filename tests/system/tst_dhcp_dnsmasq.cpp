// SPDX-License-Identifier: GPL-2.0-or-later
// DHCP points clients to the router's time service through dnsmasq: a real host, a real dnsmasq for IPv4 and IPv6, and
// real clients, one of them behind a relay.
#include <QDateTime>
#include <QDir>
#include <QFile>
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

const QByteArray kManifest =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-30}\nspec: {id: 30, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  advertise: {holdover: {duration: 2}}\n"
    "  vlanConfig:\n    - {vlanRef: vlan-20, enabled: true}\n    - {vlanRef: vlan-30, enabled: true}\n";

const QString kNtp4 = QStringLiteral("ntpsrv");
const QString kNtp6 = QStringLiteral("new_dhcp6_ntp_server");
/// Suboption 1 with 16 bytes: fd20::1, as dhclient writes bytes.
const QString kRouter6 = QStringLiteral("0:1:0:10:fd:20:0:0:0:0:0:0:0:0:0:0:0:0:0:1");

}  // namespace

class TestDhcpDnsmasq : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_dnsmasq;
    std::unique_ptr<HostUnderTest> m_host;
    std::unique_ptr<DhcpClient> m_client;

    [[nodiscard]] QString directory() const { return m_lab->path("options"); }
    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }
    void startDnsmasq() {
        m_dnsmasq = lab::startDnsmasq(
            *m_lab, "rt", "dnsmasq",
            "no-ping\nlog-dhcp\ndhcp-authoritative\ndhcp-range=10.20.0.100,10.20.0.200,10m\ndhcp-range=set:v30,"
            "10.30.0.100,10.30.0.200,10m\ndhcp-range=fd20::100,fd20::200,64,10m\n"
            "dhcp-option=tag:v30,option:ntp-server,10.30.0.9\ndhcp-optsdir=" +
                directory().toUtf8() + "\n");
        // In the foreground it writes no pid file.
        QVERIFY(lab::writeFile(m_lab->path("dnsmasq/pid"), QByteArray::number(m_dnsmasq->pid())));
        QTRY_VERIFY_WITH_TIMEOUT(m_dnsmasq->log().contains("DHCPv6"), 10'000);
    }

    [[nodiscard]] QJsonObject topic(const QString& vlan) const {
        const QJsonArray values =
            m_host->call("topic.list", {{"topic", "dhcp.ntp/v1"}})[u"result"][u"values"].toArray();
        for (const QJsonValue& value : values)
            if (value[u"key"].toString() == vlan) return value[u"value"].toObject();
        return {};
    }
    [[nodiscard]] bool isTold(const QString& vlan) const { return topic(vlan)[u"told"].toBool(); }
    [[nodiscard]] QString state() const {
        for (const QStringList& command : {QStringList{"dhcp", "show"}, {"plugin", "show", "dhcp-bridge"}})
            qWarning().noquote() << m_host->ctl(command).output;
        return QStringLiteral("see above");
    }
    [[nodiscard]] QMap<QString, QString> renewed() const {
        QFile::remove(m_lab->path("cl20-dhcp4/told"));
        m_client->process().signal(SIGUSR1);
        (void)QTest::qWaitFor([&] { return !m_client->options().isEmpty(); }, 5000);
        return m_client->options();
    }
    [[nodiscard]] QMap<QString, QString> asked6() const {
        lab::run(QStringLiteral("rm"), {"-rf", m_lab->path("cl20-dhcp6")});
        const DhcpClient client(*m_lab, "cl20", IpFamily::V6);
        (void)QTest::qWaitFor([&] { return !client.options().isEmpty(); }, 10'000);
        return client.options();
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : {20, 30}) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QVERIFY(QDir().mkpath(directory()));
        startUpstream();
        startDnsmasq();
        m_client = std::make_unique<DhcpClient>(*m_lab, "cl20", IpFamily::V4);
        QTRY_VERIFY2_WITH_TIMEOUT(!m_client->options().isEmpty(), m_client->process().log().constData(), 20'000);
        QVERIFY(!m_client->options().contains(kNtp4));
        QCOMPARE(m_lab->runIn("cl20", "ip", {"addr", "add", m_client->options()["ip"] + "/24", "dev", "v-cl"}).exitCode,
                 0);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace(
            "plugins:\n",
            "plugins:\n  vlan-inventory: {}\n"
            "  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, servers: [{name: home, kind: dnsmasq, "
            "persist: true, optionsDirectory: " +
                directory().toUtf8() + ", pidFile: " + m_lab->path("dnsmasq/pid").toUtf8() + "}]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifest));
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(isTold("vlan-20"), qPrintable(state()), 20'000);
    }

    void clientsLearnTheRoutersOwnAddress() {
        const QString leased = m_client->options()["ip"];
        const auto options = renewed();
        QCOMPARE(options.value(kNtp4), QStringLiteral("10.20.0.1"));
        QCOMPARE(options["ip"], leased);
        const auto options6 = asked6();
        QVERIFY2(options6.value(kNtp6) == kRouter6, m_dnsmasq->log().constData());
        QCOMPARE(m_host->pluginCondition("dhcp-bridge", "Server.home")[u"status"].toString(), QStringLiteral("True"));
        const auto page = m_host->ctl({"dhcp", "show"});
        QVERIFY2(page.exitCode == 0 && page.output.contains("10.20.0.0/24") && page.output.contains("fd20::1"),
                 (page.output + page.errors).constData());
    }

    void theAdministratorsOwnStays() {
        const DhcpClient client(*m_lab, "cl30", IpFamily::V4);
        QTRY_VERIFY_WITH_TIMEOUT(!client.options().isEmpty(), 20'000);
        QCOMPARE(client.options()[kNtp4], QStringLiteral("10.30.0.9"));
        QVERIFY(!isTold("vlan-30"));
        QVERIFY(!topic("vlan-30")[u"subnets"][0].toObject()[u"owned"].toBool(true));
    }

    void unfitTimeIsNoLongerTold() {
        const QString leased = m_client->options()["ip"];
        const qint64 pid = m_dnsmasq->pid();
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        QTRY_VERIFY_WITH_TIMEOUT(!isTold("vlan-20"), 20'000);
        const auto options = renewed();
        QVERIFY(!options.isEmpty() && !options.contains(kNtp4));
        QCOMPARE(options["ip"], leased);
        QVERIFY(!asked6().contains(kNtp6));
        QVERIFY(topic("vlan-20")[u"subnets"][0].toObject()[u"clients_until_unix_s"].toInteger() >
                QDateTime::currentSecsSinceEpoch() + 400);
        QCOMPARE(m_dnsmasq->pid(), pid);
        QVERIFY(m_dnsmasq->isRunning());
        startUpstream();
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 60'000);
        QCOMPARE(renewed().value(kNtp4), QStringLiteral("10.20.0.1"));
    }

    void aRestartedDnsmasqIsRightAgain() {
        m_dnsmasq->signal(SIGKILL);
        m_dnsmasq->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(m_host->pluginCondition("dhcp-bridge", "Server.home")[u"reason"].toString(),
                                  QStringLiteral("Unreachable"), 5000);
        QVERIFY(QDir(directory()).removeRecursively() && QDir().mkpath(directory()));
        startDnsmasq();
        QTRY_COMPARE_WITH_TIMEOUT(renewed().value(kNtp4), QStringLiteral("10.20.0.1"), 15'000);
        QTRY_COMPARE(m_host->pluginCondition("dhcp-bridge", "Server.home")[u"status"].toString(),
                     QStringLiteral("True"));
    }

    void aKilledHostThatReturnsChangesNothing() {
        const qsizetype reloads = m_dnsmasq->log().count("cleared cache");
        m_host->process().signal(SIGKILL);
        m_host->process().waitForEnd(5000);
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 20'000);
        QCOMPARE(m_dnsmasq->log().count("cleared cache"), reloads);
        QCOMPARE(renewed().value(kNtp4), QStringLiteral("10.20.0.1"));
    }

    void aRestartChangesNothing() {
        const qsizetype reloads = m_dnsmasq->log().count("cleared cache");
        const QStringList files = QDir(directory()).entryList(QDir::Files);
        QVERIFY(!files.isEmpty());
        std::vector<QDateTime> written;
        for (const QString& file : files) written.push_back(QFileInfo(directory() + u'/' + file).lastModified());
        QCOMPARE(m_host->stopForRestart(), 0);
        QCOMPARE(QDir(directory()).entryList(QDir::Files), files);
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 20'000);
        QCOMPARE(QDir(directory()).entryList(QDir::Files), files);
        for (qsizetype i = 0; i < files.size(); ++i)
            QCOMPARE(QFileInfo(directory() + u'/' + files[i]).lastModified(), written[static_cast<std::size_t>(i)]);
        QCOMPARE(m_dnsmasq->log().count("cleared cache"), reloads);
        QCOMPARE(renewed().value(kNtp4), QStringLiteral("10.20.0.1"));
    }

    void aRestartWithdrawsWhatTheNextHostDoesNotManage() {
        QByteArray other = m_host->config;
        QVERIFY(lab::writeFile(m_host->path("host.yaml"), other.replace("{name: home,", "{name: elsewhere,")));
        QCOMPARE(m_host->stopForRestart(), 0);
        QVERIFY(QDir(directory()).isEmpty());
        QVERIFY(m_host->start());
        QTRY_VERIFY_WITH_TIMEOUT(isTold("vlan-20"), 20'000);
    }

    void aStopWithdraws() {
        QCOMPARE(m_host->stop(), 0);
        QVERIFY(!renewed().contains(kNtp4));
        QVERIFY(!asked6().contains(kNtp6));
        QVERIFY(QDir(directory()).isEmpty());
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpDnsmasq test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_dnsmasq.moc"

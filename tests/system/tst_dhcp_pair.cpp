// SPDX-License-Identifier: GPL-2.0-or-later
// A pair of Kea servers (high availability, hot standby) behind the router's relay: both are told, the pair works on
// after that, and a client whose server has died is still pointed to the router by the other one.
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"
#include "lease_client.h"

using namespace fos1;
using fos1::lab::IpFamily;
using fos1::lab::LeaseClient;
using fos1::lab::LeaseProgram;
using fos1::system::HostUnderTest;

namespace {

constexpr int kPatience = 40'000;

const QByteArray kKea = R"({"Dhcp4": {"interfaces-config": {"interfaces": ["v-up"], "dhcp-socket-type": "udp"},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "name": "DIRECTORY/leases"}, "valid-lifetime": 60, "renew-timer": 2,
  "rebind-timer": 4, "multi-threading": {"enable-multi-threading": true},
  "hooks-libraries": [
    {"library": "HOOKS/libdhcp_lease_cmds.so"},
    {"library": "HOOKS/libdhcp_ha.so", "parameters": {"high-availability": [{"this-server-name": "NAME",
      "mode": "hot-standby", "heartbeat-delay": 1000, "max-response-delay": 4000, "max-ack-delay": 1000,
      "max-unacked-clients": 0,
      "multi-threading": {"enable-multi-threading": true, "http-dedicated-listener": true},
      "peers": [{"name": "first", "url": "FIRST", "role": "primary"},
                {"name": "second", "url": "SECOND", "role": "standby"}]}]}}],
  "subnet4": [{"id": 1, "subnet": "10.20.0.0/24", "pools": [{"pool": "10.20.0.100-10.20.0.200"}]}]}})";

const QByteArray kManifests =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  vlanConfig:\n    - {vlanRef: vlan-20, enabled: true}\n";

const QStringList kRouter{QStringLiteral("10.20.0.1")};

}  // namespace

class TestDhcpPair : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::map<QString, std::unique_ptr<lab::Daemon>> m_servers;  ///< by name
    std::unique_ptr<lab::Daemon> m_relay;
    std::unique_ptr<LeaseClient> m_client;
    std::unique_ptr<HostUnderTest> m_host;

    void startKea(const QString& name) {
        QByteArray config = kKea;
        config.replace("HOOKS", "/usr/lib/x86_64-linux-gnu/kea/hooks")
            .replace("NAME", name.toUtf8())
            .replace("FIRST", "http://10.1.0.1:8005/")
            .replace("SECOND", "http://10.1.2.1:8005/");
        const QString ns = name == u"first" ? QStringLiteral("up") : QStringLiteral("up2");
        m_servers[name] = lab::startKea(*m_lab, ns, name, IpFamily::V4, config);
    }
    [[nodiscard]] QJsonValue ask(const QString& name, const char* command) const {
        QLocalSocket control;
        control.connectToServer(m_lab->path(name + "/control"));
        if (!control.waitForConnected(1000)) return {};
        control.write(QJsonDocument(QJsonObject{{"command", command}}).toJson());
        QByteArray answer;
        while (control.waitForReadyRead(2000)) answer += control.readAll();
        return QJsonDocument::fromJson(answer)[u"arguments"];
    }
    [[nodiscard]] QString stateOf(const QString& name) const {
        return ask(name, "status-get")[u"high-availability"][0][u"ha-servers"][u"local"][u"state"].toString();
    }
    [[nodiscard]] bool isPair() const {
        return stateOf(QStringLiteral("first")) == u"hot-standby" &&
               stateOf(QStringLiteral("second")) == u"hot-standby";
    }
    [[nodiscard]] bool isMarked(const QString& name) const {
        return QJsonDocument(ask(name, "config-get").toObject()).toJson().contains("fos1-host");
    }
    [[nodiscard]] QStringList leases(const QString& name) const {
        QStringList all;
        const QJsonArray found = ask(name, "lease4-get-all")[u"leases"].toArray();
        for (const QJsonValue& each : found) all << each[u"ip-address"].toString() + each[u"hw-address"].toString();
        return all;
    }
    [[nodiscard]] QByteArray state() const {
        return stateOf(QStringLiteral("first")).toUtf8() + ' ' + stateOf(QStringLiteral("second")).toUtf8() + '\n' +
               m_client->process().log().right(500) + m_servers.at(QStringLiteral("first"))->log().right(3000);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addVlan(20);
        m_lab->addUpstream(2);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QCOMPARE(m_lab->runIn("rt", "sysctl", {"-qw", "net.ipv4.ip_forward=1"}).exitCode, 0);
        for (const QStringList& route : {QStringList{"up", "10.1.0.2"}, {"up2", "10.1.2.2"}})
            QCOMPARE(m_lab->runIn(route[0], "ip", {"route", "add", "10.0.0.0/8", "via", route[1]}).exitCode, 0);
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        for (const char* each : {"first", "second"}) startKea(QString::fromLatin1(each));
        m_relay = m_lab->startIn(
            "rt", "relay", "dhcrelay",
            {"-4", "-d", "--no-pid", "-id", "lan.20", "-iu", "wan", "-iu", "wan2", "10.1.0.1", "10.1.2.1"});
        m_client = std::make_unique<LeaseClient>(*m_lab, "cl20", LeaseProgram::Dhclient4);
        QTRY_VERIFY2_WITH_TIMEOUT(isPair(), state().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(m_client->answers(IpFamily::V4) > 0, state().constData(), kPatience);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QByteArray servers;
        for (const QByteArray& each : {QByteArray("first"), QByteArray("second")})
            servers += "{name: " + each +
                       ", kind: kea4, socket: " + m_lab->path(QString::fromUtf8(each + "/control")).toUtf8() + "}, ";
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, "
                               "servers: [" +
                                   servers + "]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifests));
    }

    void bothAreToldAndRemainAPair() {
        const QString address = m_client->address(IpFamily::V4);
        QVERIFY(m_host->start());
        for (const char* each : {"first", "second"})
            QTRY_VERIFY2_WITH_TIMEOUT(isMarked(QString::fromLatin1(each)), state().constData(), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(m_client->timeServers(IpFamily::V4), kRouter, kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(isPair(), state().constData(), kPatience);
        // Each change loads the hooks again: the lease is in both, as before.
        QCOMPARE(m_client->address(IpFamily::V4), address);
        const QStringList lease = leases(QStringLiteral("first"));
        QCOMPARE(lease.size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(leases(QStringLiteral("second")), lease, kPatience);
    }

    void theOtherOneTellsTheSame() {
        const QString address = m_client->address(IpFamily::V4);
        m_servers["first"]->signal(SIGKILL);
        m_servers["first"]->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(stateOf(QStringLiteral("second")), QStringLiteral("partner-down"), kPatience);
        const int before = m_client->answers(IpFamily::V4);
        QTRY_VERIFY2_WITH_TIMEOUT(m_client->answers(IpFamily::V4) > before, state().constData(), kPatience);
        QCOMPARE(m_client->timeServers(IpFamily::V4), kRouter);
        QCOMPARE(m_client->address(IpFamily::V4), address);
        startKea(QStringLiteral("first"));
        QTRY_VERIFY2_WITH_TIMEOUT(isMarked(QStringLiteral("first")), state().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(isPair(), state().constData(), kPatience);
    }

    void aStopWithdrawsFromBoth() {
        QCOMPARE(m_host->stop(), 0);
        for (const char* each : {"first", "second"}) QVERIFY(!isMarked(QString::fromLatin1(each)));
        QTRY_COMPARE_WITH_TIMEOUT(m_client->timeServers(IpFamily::V4), QStringList(), kPatience);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpPair test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_pair.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// The DHCP servers run elsewhere: the router only relays (RFC 2131, giaddr; RFC 8415, relay agents) to Kea in another
// network, and reaches it through a control agent. Clients of a relayed VLAN learn of the router's time service, and
// those of a group the servers of the group.
#include <QDir>
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

constexpr int kPatience = 30'000;

// Without interfaces of their own. VLAN 30 has a group with servers.
const QByteArray kKea4 =
    R"({"Dhcp4": {"interfaces-config": {"interfaces": ["v-up"], "dhcp-socket-type": "udp"},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 60, "renew-timer": 3, "rebind-timer": 8,
  "subnet4": [
    {"id": 1, "subnet": "10.20.0.0/24", "pools": [{"pool": "10.20.0.100-10.20.0.200"}]},
    {"id": 2, "subnet": "10.30.0.0/24", "pools": [{"pool": "10.30.0.100-10.30.0.200"}]},
    {"id": 3, "subnet": "10.99.0.0/24", "pools": [{"pool": "10.99.0.100-10.99.0.200"}]}]}})";

const QByteArray kKea6 =
    R"({"Dhcp6": {"data-directory": "DIRECTORY", "interfaces-config": {"interfaces": ["v-up/fd01::1"]},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 60,
  "preferred-lifetime": 50, "renew-timer": 3, "rebind-timer": 8,
  "subnet6": [{"id": 5, "subnet": "fd20::/64", "pools": [{"pool": "fd20::1000-fd20::1fff"}]}]}})";

const QByteArray kAgent = R"({"Control-agent": {"http-host": "10.1.0.1", "http-port": 8000,
  "authentication": {"type": "basic", "realm": "kea", "clients": [{"user": "fos1", "password": "secret"}]},
  "control-sockets": {"dhcp4": {"socket-type": "unix", "socket-name": "SOCKET4"},
    "dhcp6": {"socket-type": "unix", "socket-name": "SOCKET6"}}}})";

const QByteArray kManifests =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-30}\nspec: {id: 30, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPClient\nmetadata: {name: cameras}\n"
    "spec:\n  selector: {networks: [10.30.0.0/24]}\n  policy: {servers: [10.1.0.1, 10.1.0.7]}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  advertise: {holdover: {duration: 2}}\n"
    "  vlanConfig:\n    - {vlanRef: vlan-20, enabled: true}\n    - {vlanRef: vlan-30, enabled: true}\n";

}  // namespace

class TestDhcpRelay : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_kea4;
    std::unique_ptr<lab::Daemon> m_kea6;
    std::unique_ptr<lab::Daemon> m_agent;
    std::unique_ptr<lab::Daemon> m_relay4;
    std::unique_ptr<lab::Daemon> m_relay6;
    std::unique_ptr<HostUnderTest> m_host;
    std::unique_ptr<LeaseClient> m_udhcpc;
    std::unique_ptr<LeaseClient> m_dhclient;
    std::unique_ptr<LeaseClient> m_dhclient6;

    [[nodiscard]] QString path(const QString& name) const { return m_lab->path(name); }
    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }
    void startAgent() {
        QVERIFY(QDir().mkpath(path("agent")));
        QByteArray config = kAgent;
        config.replace("SOCKET4", path("kea4/control").toUtf8()).replace("SOCKET6", path("kea6/control").toUtf8());
        QVERIFY(lab::writeFile(path("agent/agent.json"), config));
        m_agent = m_lab->startIn("up", "agent-log", "kea-ctrl-agent", {"-c", path("agent/agent.json")},
                                 {"KEA_PIDFILE_DIR=" + path("agent"), "KEA_LOCKFILE_DIR=none"});
    }
    [[nodiscard]] QString reasonOf(const char* server) const {
        return m_host->pluginCondition("dhcp-bridge", QStringLiteral("Server.%1").arg(QLatin1String(server)))[u"reason"]
            .toString();
    }
    [[nodiscard]] QByteArray state() const {
        return m_host->ctl({"dhcp", "show"}).output + m_host->ctl({"plugin", "show", "dhcp-bridge"}).output;
    }
    [[nodiscard]] QStringList told() const {
        m_udhcpc->process().signal(SIGUSR1);
        return m_udhcpc->timeServers(IpFamily::V4) + QStringList{"|"} + m_dhclient->timeServers(IpFamily::V4) +
               QStringList{"|"} + m_dhclient6->timeServers(IpFamily::V6);
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : {20, 30}) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        // The servers reach the relay at its address in the VLAN.
        for (const QStringList& route : {QStringList{"-4", "route", "add", "10.0.0.0/8", "via", "10.1.0.2"},
                                         {"-6", "route", "add", "fd20::/64", "via", "fd01::2"}})
            QCOMPARE(m_lab->runIn("up", "ip", route).exitCode, 0);
        QCOMPARE(
            m_lab->runIn("rt", "sysctl", {"-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"}).exitCode,
            0);
        startUpstream();
        m_kea4 = lab::startKea(*m_lab, "up", "kea4", IpFamily::V4, kKea4);
        m_kea6 = lab::startKea(*m_lab, "up", "kea6", IpFamily::V6, kKea6);
        startAgent();
        m_relay4 = m_lab->startIn("rt", "relay4", "dhcrelay",
                                  {"-4", "-d", "--no-pid", "-id", "lan.20", "-id", "lan.30", "-iu", "wan", "10.1.0.1"});
        m_relay6 = m_lab->startIn("rt", "relay6", "dhcrelay",
                                  {"-6", "-d", "--no-pid", "-l", "fd20::1%lan.20", "-u", "fd01::1%wan"});
        m_udhcpc = std::make_unique<LeaseClient>(*m_lab, "cl20", LeaseProgram::Udhcpc);
        m_dhclient = std::make_unique<LeaseClient>(*m_lab, "cl30", LeaseProgram::Dhclient4);
        m_dhclient6 = std::make_unique<LeaseClient>(*m_lab, "cl20", LeaseProgram::Dhclient6);
        QTRY_VERIFY2_WITH_TIMEOUT(m_udhcpc->answers(IpFamily::V4) > 0,
                                  (m_udhcpc->process().log() + m_relay4->log() + m_kea4->log()).constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(m_dhclient->answers(IpFamily::V4) > 0,
                                  (m_dhclient->process().log() + m_relay4->log() + m_kea4->log()).constData(),
                                  kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(m_dhclient6->answers(IpFamily::V6) > 0,
                                  (m_dhclient6->process().log() + m_relay6->log() + m_kea6->log()).constData(),
                                  kPatience);
        QCOMPARE(told(), QStringList({"|", "|"}));
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(lab::writeFile(m_host->path("password"), "secret\n"));
        QVERIFY(QFile::setPermissions(m_host->path("password"), QFile::ReadOwner | QFile::WriteOwner));
        const QByteArray agent = "url: 'http://10.1.0.1:8000/', user: fos1, passwordFile: password}";
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, "
                               "servers: [{name: far4, kind: kea4, " +
                                   agent + ", {name: far6, kind: kea6, " + agent + "]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifests));
        QVERIFY(m_host->start());
    }

    void relayedClientsLearnOfTheRouter() {
        const QStringList expected{"10.20.0.1", "|", "10.1.0.1", "10.1.0.7", "|", "fd20::1"};
        QTRY_VERIFY2_WITH_TIMEOUT(told() == expected, (told().join(u' ').toUtf8() + state()).constData(), kPatience);
        // Nobody's subnet is named and left alone.
        const QString message = m_host->pluginCondition("dhcp-bridge", "Subnets.far4")[u"message"].toString();
        QVERIFY2(message.contains(u"10.99.0.0/24 (id 3): No VLAN is declared with an address in it."),
                 qPrintable(message));
    }

    void theyLoseItWithTheTimeAndGetItBack() {
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        // The servers of the group are others' and stay.
        const QStringList lost{"|", "10.1.0.1", "10.1.0.7", "|"};
        QTRY_VERIFY2_WITH_TIMEOUT(told() == lost, (told().join(u' ').toUtf8() + state()).constData(), 2 * kPatience);
        startUpstream();
        const QStringList found{"10.20.0.1", "|", "10.1.0.1", "10.1.0.7", "|", "fd20::1"};
        QTRY_VERIFY2_WITH_TIMEOUT(told() == found, (told().join(u' ').toUtf8() + state()).constData(), 2 * kPatience);
    }

    void anAgentOrAServerThatIsAwayIsNamed() {
        m_agent->signal(SIGKILL);
        m_agent->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(reasonOf("far4"), QStringLiteral("Unreachable"), kPatience);
        startAgent();
        QTRY_COMPARE_WITH_TIMEOUT(reasonOf("far4"), QStringLiteral("InForce"), kPatience);
        m_kea4->signal(SIGKILL);
        m_kea4->waitForEnd(5000);
        QTRY_COMPARE_WITH_TIMEOUT(reasonOf("far4"), QStringLiteral("Unreachable"), kPatience);
        QCOMPARE(reasonOf("far6"), QStringLiteral("InForce"));
        m_kea4 = lab::startKea(*m_lab, "up", "kea4", IpFamily::V4, kKea4);
        QTRY_COMPARE_WITH_TIMEOUT(reasonOf("far4"), QStringLiteral("InForce"), kPatience);
    }

    void aStopWithdrawsFromBoth() {
        QVERIFY(!m_host->log().contains("secret"));
        QCOMPARE(m_host->stop(), 0);
        QTRY_COMPARE_WITH_TIMEOUT(told(), QStringList({"|", "|"}), kPatience);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpRelay test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_relay.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Real DHCP clients with leases, of both families, learn of the router's time service, lose it with the next renewal
// after its time was lost, and learn of it again: a real host, real Kea servers, udhcpc, dhclient and dhcpcd. One of
// them, configured by nothing but its lease, follows the router's time.
#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTest>
#include <csignal>

#include "covered.h"
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
constexpr const char* kHooks = "/usr/lib/x86_64-linux-gnu/kea/hooks";

/// In VLAN ID, clients are to renew after 3 s.
QByteArray subnet(int id, bool isV6) {
    const QByteArray vlan = QByteArray::number(id);
    const QByteArray prefix = isV6 ? "fd" + vlan + "::" : "10." + vlan + ".0.";
    return "{\"id\": " + vlan + ", \"subnet\": \"" + prefix + (isV6 ? "/64" : "0/24") + "\", \"interface\": \"lan." +
           vlan + "\", \"pools\": [{\"pool\": \"" + prefix + (isV6 ? "1000" : "100") + '-' + prefix +
           (isV6 ? "1fff" : "200") + "\"}]}";
}

QByteArray keaConfig(bool isV6) {
    const QByteArray version = isV6 ? "6" : "4";
    return "{\"Dhcp" + version + "\": {" + (isV6 ? "\"data-directory\": \"DIRECTORY\"," : "") +
           R"( "interfaces-config": {"interfaces": ["lan.20", "lan.30", "lan.40"]},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "hooks-libraries": [{"library": ")" +
           kHooks + R"(/libdhcp_lease_cmds.so"}],
  "lease-database": {"type": "memfile", "name": "DIRECTORY/leases"}, "valid-lifetime": 60,
  "renew-timer": 3, "rebind-timer": 8, )" +
           (isV6 ? "\"preferred-lifetime\": 50, " : "") + "\"subnet" + version + "\": [" + subnet(20, isV6) + ", " +
           subnet(30, isV6) + ", " + subnet(40, isV6) + "]}}";
}

const QByteArray kManifests =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-30}\nspec: {id: 30, interface: lan}\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-40}\nspec: {id: 40, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  advertise: {holdover: {duration: 2}}\n"
    "  vlanConfig:\n"
    "    - {vlanRef: vlan-20, enabled: true}\n"
    "    - {vlanRef: vlan-30, enabled: true}\n"
    "    - {vlanRef: vlan-40, enabled: true}\n";

QString sourcesOf(const QString& link) { return QStringLiteral("/run/chrony-dhcp/%1.sources").arg(link); }

}  // namespace

class TestDhcpClients : public QObject {
    Q_OBJECT

    struct Expected {
        const char* name;
        std::unique_ptr<LeaseClient> client;
        IpFamily family;
        QStringList servers;
    };

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_kea4;
    std::unique_ptr<lab::Daemon> m_kea6;
    std::unique_ptr<HostUnderTest> m_host;
    std::vector<Expected> m_clients;
    std::unique_ptr<LeaseClient> m_both;  ///< dhcpcd, of both families

    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }

    [[nodiscard]] QJsonObject ask(const QString& server, const QByteArray& command) const {
        QLocalSocket control;
        control.connectToServer(m_lab->path(server + "/control"));
        if (!control.waitForConnected(1000)) return {};
        control.write("{\"command\": \"" + command + "\"}");
        QByteArray answer;
        while (control.waitForReadyRead(2000)) answer += control.readAll();
        return QJsonDocument::fromJson(answer).object();
    }
    /// The owner of each address of each subnet, at both servers.
    [[nodiscard]] QStringList leases() const {
        QStringList all;
        for (const char* version : {"4", "6"}) {
            const QByteArray command = QByteArray("lease") + version + "-get-all";
            const QJsonObject answer = ask(QStringLiteral("kea%1").arg(QLatin1String(version)), command);
            const QJsonArray found = answer[u"arguments"][u"leases"].toArray();
            for (const QJsonValue& each : found)
                all << each[u"ip-address"].toString() + u' ' + each[u"hw-address"].toString() +
                           each[u"duid"].toString() + u' ' + QString::number(each[u"subnet-id"].toInteger());
        }
        all.sort();
        return all;
    }
    [[nodiscard]] QStringList told(const Expected& each) const {
        const LeaseClient& client = each.client ? *each.client : *m_both;
        return client.timeServers(each.family);
    }
    [[nodiscard]] QByteArray state() const {
        QByteArray all = m_host ? m_host->ctl({"dhcp", "show"}).output : QByteArray();
        for (const Expected& each : m_clients)
            all += QByteArray(each.name) + ": " + told(each).join(", ").toUtf8() + '\n';
        return all;
    }
    /// udhcpc renews only at half of the lease.
    void hasten() const {
        for (const Expected& each : m_clients)
            if (QByteArrayView(each.name) == "udhcpc") each.client->process().signal(SIGUSR1);
    }
    [[nodiscard]] bool areTold() const {
        hasten();
        return std::all_of(m_clients.begin(), m_clients.end(),
                           [this](const Expected& each) { return told(each) == each.servers; });
    }
    [[nodiscard]] bool isNoneTold() const {
        hasten();
        return std::all_of(m_clients.begin(), m_clients.end(),
                           [this](const Expected& each) { return told(each).isEmpty(); });
    }
    [[nodiscard]] bool haveLeases() const {
        return std::all_of(m_clients.begin(), m_clients.end(), [this](const Expected& each) {
            return (each.client ? each.client.get() : m_both.get())->answers(each.family) > 0;
        });
    }

   private Q_SLOTS:
    void initTestCase() {
        const QString problem = lab::cover({"/run", "/var/lib/dhcp", "/var/lib/dhcpcd"});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_lab = std::make_unique<lab::Lab>();
        for (const int id : {20, 30, 40}) m_lab->addVlan(id);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        startUpstream();
        m_kea4 = lab::startKea(*m_lab, "rt", "kea4", IpFamily::V4, keaConfig(false));
        m_kea6 = lab::startKea(*m_lab, "rt", "kea6", IpFamily::V6, keaConfig(true));
        QTRY_VERIFY2_WITH_TIMEOUT(!ask("kea4", "config-get").isEmpty(), m_kea4->log().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(!ask("kea6", "config-get").isEmpty(), m_kea6->log().constData(), kPatience);
        const auto client = [this](const char* name, const char* ns, LeaseProgram program, IpFamily family,
                                   const QStringList& servers) {
            m_clients.push_back({name, std::make_unique<LeaseClient>(*m_lab, ns, program), family, servers});
        };
        // In IPv6 by options 31 and 56.
        client("udhcpc", "cl20", LeaseProgram::Udhcpc, IpFamily::V4, {"10.20.0.1"});
        client("dhclient", "cl30", LeaseProgram::Dhclient4, IpFamily::V4, {"10.30.0.1"});
        client("dhclient -6", "cl30", LeaseProgram::Dhclient6, IpFamily::V6, {"fd30::1", "fd30::1"});
        m_both = std::make_unique<LeaseClient>(*m_lab, "cl40", LeaseProgram::Dhcpcd);
        m_clients.push_back({"dhcpcd", nullptr, IpFamily::V4, {"10.40.0.1"}});
        m_clients.push_back({"dhcpcd, IPv6", nullptr, IpFamily::V6, {"fd40::1", "fd40::1"}});
        QTRY_VERIFY2_WITH_TIMEOUT(haveLeases(), (state() + m_both->process().log()).constData(), kPatience);
        QVERIFY2(isNoneTold(), state().constData());
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n"
                               "  dhcp-bridge: {changeSeconds: 1, pollSeconds: 1, servers: [{name: lan4, "
                               "kind: kea4, socket: " +
                                   m_lab->path("kea4/control").toUtf8() + "}, {name: lan6, kind: kea6, socket: " +
                                   m_lab->path("kea6/control").toUtf8() + ", sntp: true}]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifests));
        QVERIFY(m_host->start());
    }

    void eachLearnsOfTheRouter() { QTRY_VERIFY2_WITH_TIMEOUT(areTold(), state().constData(), kPatience); }

    void eachLosesItWithTheTimeAndGetsItBack() {
        const QStringList before = leases();
        QCOMPARE(before.size(), 5);
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        QTRY_VERIFY2_WITH_TIMEOUT(isNoneTold(), state().constData(), 2 * kPatience);
        QCOMPARE(leases(), before);
        startUpstream();
        QTRY_VERIFY2_WITH_TIMEOUT(areTold(), state().constData(), 2 * kPatience);
        QCOMPARE(leases(), before);
    }

    /// Debian's own dhclient-script and hook of chrony, and a chronyd that has no source but what they note.
    void aClientWithNothingButItsLeaseFollowsTheRouter() {
        const QString config = m_lab->path("dhclient.conf");
        QVERIFY(lab::writeFile(config, "request subnet-mask, broadcast-address, ntp-servers;\ntimeout 20;\n"));
        const auto dhclient = m_lab->startIn("cl20", "dhclient-chrony", "dhclient",
                                             {"-4", "-d", "-v", "-cf", config, "-lf", m_lab->path("leases-chrony"),
                                              "-pf", m_lab->path("pid-chrony"), "v-cl"});
        const auto noted = [] {
            QFile file(sourcesOf(QStringLiteral("v-cl")));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(noted() == "server 10.20.0.1 iburst\n", (noted() + dhclient->log()).constData(),
                                  kPatience);
        const auto chronyd = m_lab->startChronyd("cl20", "client", "sourcedir /run/chrony-dhcp\n");
        const auto tracking = [this] {
            return m_lab->runIn("cl20", "chronyc", {"-h", m_lab->path("client/chronyd.sock"), "-n", "-c", "tracking"})
                .output;
        };
        // The first fields: the reference in hex, its address, its stratum plus one.
        QTRY_VERIFY2_WITH_TIMEOUT(tracking().startsWith("0A140001,10.20.0.1,3,"),
                                  (tracking() + chronyd->log()).constData(), kPatience);
    }

    void aStopWithdraws() {
        const QStringList before = leases();
        QCOMPARE(m_host->stop(), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(isNoneTold(), state().constData(), kPatience);
        QCOMPARE(leases(), before);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpClients test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_clients.moc"

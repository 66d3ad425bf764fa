// SPDX-License-Identifier: GPL-2.0-or-later
// One host and four kinds of DNS servers at once, all of them real: Knot takes updates, NSD reads a zone file, dnsmasq
// a hosts file, and unbound has local data. In each, the names appear, move with the VLAN's address, go when the time
// is lost, and come back.
#include <QTest>
#include <csignal>

#include "host_under_test.h"
#include "isolation.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

const QByteArray kSecret("c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==");

// A name without a dot is below each zone.
const QByteArray kService =
    "apiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n  advertise: {holdover: {duration: 2}, dns: {name: ntp}}\n"
    "  vlanConfig: [{vlanRef: vlan-20, enabled: true}]\n"
    "---\napiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n";

struct Server {
    const char* name;
    const char* domain;
    int port;
};
constexpr Server kServers[] = {{"knot", "knot.test", 5301},
                               {"nsd", "nsd.test", 5302},
                               {"unbound", "unbound.test", 5303},
                               {"dnsmasq", "dnsmasq.test", 5304}};

}  // namespace

class TestDnsServers : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::map<QString, std::unique_ptr<lab::Daemon>> m_daemons;
    std::unique_ptr<HostUnderTest> m_host;

    void startUpstream() { m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n"); }
    [[nodiscard]] QByteArray dir(const char* name) const { return m_lab->path(QLatin1String(name)).toUtf8(); }
    bool write(const char* name, const char* file, const QByteArray& text) const {
        QDir().mkpath(m_lab->path(QLatin1String(name)));
        return lab::writeFile(m_lab->path(QLatin1String(name)) + u'/' + QLatin1String(file), text);
    }
    void start(const char* name, const QString& program, const QStringList& arguments) {
        m_daemons[QLatin1String(name)] = m_lab->startIn("rt", QLatin1String(name), program, arguments);
    }

    bool startServers() {
        const bool isWritten =
            write("knot", "zone",
                  "$TTL 60\n@ SOA ns.knot.test. hostmaster.knot.test. 1 60 60 60 60\n@ NS ns\nns A 10.20.0.1\n") &&
            write(
                "knot", "knot.conf",
                "server:\n  listen: 10.20.0.1@5301\n  rundir: " + dir("knot") +
                    "\ndatabase:\n  storage: " + dir("knot") +
                    "\nlog:\n  - target: stderr\n    any: info\nkey:\n  - id: fos1\n    algorithm: hmac-sha256\n    "
                    "secret: " +
                    kSecret +
                    "\nacl:\n  - id: upd\n    key: fos1\n    action: update\nzone:\n  - domain: knot.test\n    file: " +
                    dir("knot") + "/zone\n    zonefile-sync: -1\n    zonefile-load: difference\n    acl: upd\n") &&
            write("nsd", "nsd.conf",
                  "server:\n  ip-address: 10.20.0.1@5302\n  username: \"\"\n  zonesdir: \"" + dir("nsd") +
                      "\"\n  pidfile: \"" + dir("nsd") + "/pid\"\n  database: \"\"\n  xfrdir: \"" + dir("nsd") +
                      "\"\n  xfrdfile: \"" + dir("nsd") + "/xfrd.state\"\n  zonelistfile: \"" + dir("nsd") +
                      "/zone.list\"\nremote-control:\n  control-enable: yes\n  control-interface: " + dir("nsd") +
                      "/ctl\nzone:\n  name: nsd.test\n  zonefile: zone\n") &&
            write("unbound", "unbound.conf",
                  "server:\n  interface: 10.20.0.1@5303\n  access-control: 10.20.0.0/24 allow\n  do-daemonize: no\n  "
                  "username: "
                  "\"\"\n  chroot: \"\"\n  directory: \"" +
                      dir("unbound") + "\"\n  pidfile: \"" + dir("unbound") +
                      "/pid\"\n  use-syslog: no\n  logfile: \"\"\n  module-config: \"iterator\"\n  local-zone: "
                      "unbound.test. static\nremote-control:\n  control-enable: yes\n  control-use-cert: no\n  "
                      "control-interface: " +
                      dir("unbound") + "/ctl\n");
        QDir().mkpath(m_lab->path("dnsmasq/hosts.d"));
        start("knot", "knotd", {"-c", m_lab->path("knot/knot.conf")});
        start("nsd", "nsd", {"-d", "-c", m_lab->path("nsd/nsd.conf")});
        start("unbound", "unbound", {"-d", "-c", m_lab->path("unbound/unbound.conf")});
        start("dnsmasq", "dnsmasq",
              {"--no-daemon", "--conf-file=/dev/null", "--no-hosts", "--no-resolv", "--port=5304", "--bind-dynamic",
               "--interface=lan.20", "--hostsdir=" + m_lab->path("dnsmasq/hosts.d"), "--local=/dnsmasq.test/",
               "--pid-file=" + m_lab->path("dnsmasq/pid")});
        return isWritten;
    }

    /// With kdig or dig, as a client of VLAN 20 gets it.
    [[nodiscard]] QStringList ask(const Server& server, const QString& name, const QString& type) const {
        const QString program = server.name == QLatin1String("knot") ? QStringLiteral("kdig") : QStringLiteral("dig");
        const auto done = m_lab->runIn("cl20", program,
                                       {"@10.20.0.1", "-p", QString::number(server.port), "+short", "+norecurse",
                                        "+time=1", name + u'.' + QLatin1String(server.domain), type});
        QStringList lines = QString::fromLatin1(done.output).split(u'\n', Qt::SkipEmptyParts);
        lines.removeIf([](const QString& line) { return line.startsWith(u';'); });
        return lines;
    }
    /// Whether each server has exactly this address; otherwise says which has not.
    [[nodiscard]] bool allHave(const QStringList& addresses) const {
        for (const Server& server : kServers)
            if (ask(server, "ntp", "A") != addresses) return false;
        return true;
    }
    [[nodiscard]] QString state() const {
        QString text = QString::fromUtf8(m_host->ctl({"dns", "zones"}).output + m_host->ctl({"dns", "show"}).output);
        for (const auto& [name, daemon] : m_daemons)
            text += name + QStringLiteral(": ") + QString::fromUtf8(daemon->log());
        return text;
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        startUpstream();
        QVERIFY(startServers());
        QVERIFY(lab::writeFile(m_lab->path("key"), "hmac-sha256:fos1:" + kSecret + '\n'));
        QVERIFY(QFile::setPermissions(m_lab->path("key"), QFile::ReadOwner | QFile::WriteOwner));
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace(
            "plugins:\n",
            "plugins:\n  vlan-inventory: {}\n  dns-bridge:\n    owner: router-a\n    changeSeconds: 1\n    "
            "pollSeconds: 1\n"
            "    keys: [{name: k, file: " +
                m_lab->path("key").toUtf8() +
                "}]\n    zones:\n"
                "      - {name: knot, kind: update, zone: knot.test, server: '10.20.0.1:5301', key: k}\n"
                "      - {name: nsd, kind: zonefile, zone: nsd.test, file: " +
                dir("nsd") + "/zone, nameservers: ['ns.nsd.test=10.20.0.1'], reload: [/usr/sbin/nsd-control, -c, " +
                dir("nsd") +
                "/nsd.conf, reload, nsd.test], verifyAt: '10.20.0.1:5302'}\n      - {name: unbound, kind: unbound, "
                "zone: unbound.test, socket: " +
                dir("unbound") +
                "/ctl, verifyAt: '10.20.0.1:5303'}\n      - {name: dnsmasq, verifyAt: '10.20.0.1:5304', kind: hosts, "
                "zone: dnsmasq.test, file: " +
                dir("dnsmasq") + "/hosts.d/fos1}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kService));
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({"10.20.0.1"}), qPrintable(state()), 30'000);
    }

    void eachServerHasWhatItCan() {
        for (const Server& server : kServers) {
            QCOMPARE(ask(server, "ntp.vlan-20", "AAAA"), QStringList("fd20::1"));
            const bool isHosts = server.name == QLatin1String("dnsmasq");
            QCOMPARE(ask(server, "_ntp._udp", "SRV").size(), isHosts ? 0 : 1);
            QCOMPARE(
                m_host->pluginCondition("dns-bridge", QStringLiteral("Zone.") + QLatin1String(server.name))[u"status"]
                    .toString(),
                QStringLiteral("True"));
        }
    }

    void namesMoveWithTheAddress() {
        // Beside the address at which the servers are asked; the smaller one is chosen.
        QVERIFY(m_lab->runIn("rt", "ip", {"addr", "add", "10.2.20.1/24", "dev", "lan.20"}).exitCode == 0);
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({"10.2.20.1"}), qPrintable(state()), 30'000);
        QVERIFY(m_lab->runIn("rt", "ip", {"addr", "del", "10.2.20.1/24", "dev", "lan.20"}).exitCode == 0);
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({"10.20.0.1"}), qPrintable(state()), 30'000);
    }

    void serversThatRestartAreRightAgain() {
        for (const char* name : {"unbound", "nsd"}) {
            auto& daemon = m_daemons[QLatin1String(name)];
            daemon->signal(SIGKILL);
            daemon->waitForEnd(5000);
        }
        start("nsd", "nsd", {"-d", "-c", m_lab->path("nsd/nsd.conf")});
        start("unbound", "unbound", {"-d", "-c", m_lab->path("unbound/unbound.conf")});
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({"10.20.0.1"}), qPrintable(state()), 20'000);
    }

    void unfitTimeHasNoName() {
        m_upstream->signal(SIGKILL);
        m_upstream->waitForEnd(5000);
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({}), qPrintable(state()), 30'000);
        startUpstream();
        QTRY_VERIFY2_WITH_TIMEOUT(allHave({"10.20.0.1"}), qPrintable(state()), 60'000);
    }

    void aRestartChangesNothing() {
        // A withdrawal would have moved them.
        const auto serials = [this] {
            QByteArray all;
            for (const Server& server : kServers)
                if (server.name == QLatin1String("knot") || server.name == QLatin1String("nsd"))
                    all += m_lab
                               ->runIn("cl20", "dig",
                                       {"@10.20.0.1", "-p", QString::number(server.port), "+short", "+time=1",
                                        QLatin1String(server.domain), "SOA"})
                               .output;
            return all;
        };
        const QByteArray before = serials();
        QVERIFY2(before.count("hostmaster") == 2, before.constData());
        QCOMPARE(m_host->stopForRestart(), 0);
        QVERIFY2(allHave({"10.20.0.1"}), qPrintable(state()));
        QVERIFY(m_host->start());
        const auto zone = [this](const char* name) {
            return m_host->pluginCondition("dns-bridge", QStringLiteral("Zone.") + QLatin1String(name));
        };
        for (const Server& server : kServers)
            QTRY_COMPARE_WITH_TIMEOUT(zone(server.name)[u"status"].toString(), QStringLiteral("True"), 20'000);
        QVERIFY2(allHave({"10.20.0.1"}), qPrintable(state()));
        QVERIFY2(serials() == before, qPrintable(state()));
    }

    void aStopWithdraws() {
        QCOMPARE(m_host->stop(), 0);
        QTRY_VERIFY_WITH_TIMEOUT(allHave({}), 5000);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDnsServers test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dns_servers.moc"

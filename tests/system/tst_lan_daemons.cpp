// SPDX-License-Identifier: GPL-2.0-or-later
// The lab's DHCP and DNS servers are real ones: a real client in the VLAN receives what their configuration contains.
#include <QDir>
#include <QLocalSocket>
#include <QTest>

#include "dhcp_client.h"
#include "isolation.h"
#include "probe.h"

using namespace fos1;
using fos1::lab::DhcpClient;
using fos1::lab::IpFamily;

namespace {

const QByteArray kDnsmasq =
    "interface=lan.20\n"
    "dhcp-authoritative\n"
    "no-ping\n"
    "dhcp-range=10.20.0.100,10.20.0.200,255.255.255.0,2m\n"
    "dhcp-option=option:ntp-server,10.20.0.1\n"
    "address=/ntp.lan.test/10.20.0.1\n";

const QByteArray kKea4 =
    R"({"Dhcp4": {"interfaces-config": {"interfaces": ["lan.30"], "dhcp-socket-type": "raw"},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false}, "valid-lifetime": 120,
  "subnet4": [{"id": 1, "subnet": "10.30.0.0/24", "pools": [{"pool": "10.30.0.100-10.30.0.200"}],
    "option-data": [{"name": "ntp-servers", "data": "10.30.0.1, 10.30.0.9"}]}]}})";

/// Option 56 (RFC 5908) contains suboptions; the first kind is a server's address.
const QByteArray kKea6 =
    R"({"Dhcp6": {"data-directory": "DIRECTORY", "interfaces-config": {"interfaces": ["lan.30"]},
  "lease-database": {"type": "memfile", "persist": false},
  "option-def": [{"name": "ntp-server", "code": 56, "space": "dhcp6", "type": "empty", "encapsulate": "ntp"},
    {"name": "address", "code": 1, "space": "ntp", "type": "ipv6-address"}],
  "subnet6": [{"id": 1, "subnet": "fd30::/64", "interface": "lan.30",
    "option-data": [{"name": "sntp-servers", "data": "fd30::1"}, {"name": "ntp-server", "code": 56},
      {"name": "address", "space": "ntp", "data": "fd30::1"}]}]}})";

const QByteArray kZone = "$TTL 60\n@ SOA ns hostmaster 1 60 60 60 60\n@ NS ns\nns A 10.30.0.1\n";

const QString kKey = QStringLiteral("hmac-sha256:lab:c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==");

const QByteArray kNamed =
    "key \"lab\" { algorithm hmac-sha256; secret \"c2VjcmV0LW9mLXRoZS1sYWItc2VjcmV0LW9mLXRoZQ==\"; };\n"
    "zone \"lan.test\" { type primary; file \"lan.zone\"; allow-update { key lab; }; };\n";

}  // namespace

class TestLanDaemons : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addVlan(20);
        m_lab->addVlan(30);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }

    void dnsmasqServes() {
        const auto dnsmasq = lab::startDnsmasq(*m_lab, "rt", "dnsmasq", kDnsmasq);
        QVERIFY(dnsmasq);
        const DhcpClient client(*m_lab, "cl20", IpFamily::V4);
        QTRY_VERIFY2_WITH_TIMEOUT(!client.options().isEmpty(), (dnsmasq->log() + client.process().log()).constData(),
                                  20'000);
        QCOMPARE(client.options()[QStringLiteral("ntpsrv")], QStringLiteral("10.20.0.1"));
        QVERIFY(client.options()[QStringLiteral("ip")].startsWith(u"10.20.0.1"));
        const lab::Probe probe(*m_lab, "cl20");
        QTRY_COMPARE(probe.resolve("10.20.0.1", "ntp.lan.test"), QByteArray("10.20.0.1"));
        QTRY_COMPARE(probe.resolve("10.20.0.1", "nobody.lan.test"), QByteArray());
        // Without a server there is no negative answer either.
        QVERIFY(!lab::Probe(*m_lab, "cl30").resolve("10.30.0.1", "ntp.lan.test"));
    }

    void keaServesOverBothFamilies() {
        const auto kea4 = lab::startKea(*m_lab, "rt", "kea4", IpFamily::V4, kKea4);
        const auto kea6 = lab::startKea(*m_lab, "rt", "kea6", IpFamily::V6, kKea6);
        QVERIFY(kea4 && kea6);
        const DhcpClient client4(*m_lab, "cl30", IpFamily::V4);
        const DhcpClient client6(*m_lab, "cl30", IpFamily::V6);
        QTRY_VERIFY2_WITH_TIMEOUT(!client4.options().isEmpty(), (kea4->log() + client4.process().log()).constData(),
                                  20'000);
        QCOMPARE(client4.options()[QStringLiteral("ntpsrv")], QStringLiteral("10.30.0.1 10.30.0.9"));
        QTRY_VERIFY2_WITH_TIMEOUT(!client6.options().isEmpty(), (kea6->log() + client6.process().log()).constData(),
                                  20'000);
        QCOMPARE(client6.options()[QStringLiteral("new_dhcp6_sntp_servers")], QStringLiteral("fd30::1"));
        QCOMPARE(client6.options()[QStringLiteral("new_dhcp6_ntp_server")],
                 QStringLiteral("0:1:0:10:fd:30:0:0:0:0:0:0:0:0:0:0:0:0:0:1"));
        // The socket through which a bridge changes it.
        QLocalSocket control;
        control.connectToServer(m_lab->path("kea4/control"));
        QVERIFY2(control.waitForConnected(2000), qPrintable(control.errorString()));
        control.write(R"({"command": "config-get"})");
        QByteArray answer;
        while (control.waitForReadyRead(5000)) answer += control.readAll();
        QVERIFY2(answer.contains("\"ntp-servers\""), answer.constData());
    }

    void namedServesAndIsChanged() {
        QDir().mkpath(m_lab->path("named"));
        QVERIFY(lab::writeFile(m_lab->path("named/lan.zone"), kZone));
        const auto named =
            lab::startNamed(*m_lab, "rt", "named", "listen-on { 10.30.0.1; }; listen-on-v6 { none; };\n", kNamed);
        QVERIFY(named);
        const lab::Probe probe(*m_lab, "cl30");
        QTRY_VERIFY2_WITH_TIMEOUT(probe.resolve("10.30.0.1", "ns.lan.test") == QByteArray("10.30.0.1"),
                                  named->log().constData(), 20'000);
        QTRY_COMPARE(probe.resolve("10.30.0.1", "ntp.lan.test"), QByteArray());
        QVERIFY(lab::writeFile(m_lab->path("update"),
                               "server 10.30.0.1\nzone lan.test\n"
                               "update add ntp.lan.test 60 A 10.30.0.1\nsend\n"));
        const auto stranger = m_lab->runIn("rt", "nsupdate", {m_lab->path("update")});
        QVERIFY(stranger.exitCode != 0);
        const auto updated = m_lab->runIn("rt", "nsupdate", {"-y", kKey, m_lab->path("update")});
        QVERIFY2(updated.exitCode == 0, (updated.errors + named->log()).constData());
        QTRY_COMPARE(probe.resolve("10.30.0.1", "ntp.lan.test"), QByteArray("10.30.0.1"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestLanDaemons test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_lan_daemons.moc"

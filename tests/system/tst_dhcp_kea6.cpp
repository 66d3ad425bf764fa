// SPDX-License-Identifier: GPL-2.0-or-later
// DHCPv6 points clients to the router's time service: a real host, a real kea-dhcp6 and a real client, which asks for
// option 56 (RFC 5908).
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

const QByteArray kKea =
    R"({"Dhcp6": {"data-directory": "DIRECTORY", "interfaces-config": {"interfaces": ["lan.20"]},
  "control-socket": {"socket-type": "unix", "socket-name": "DIRECTORY/control"},
  "lease-database": {"type": "memfile", "persist": false},
  "subnet6": [{"id": 5, "subnet": "fd20::/64", "interface": "lan.20",
    "option-data": [{"name": "dns-servers", "data": "fd20::1"}]}]}})";

const QByteArray kManifest =
    "apiVersion: networking.fos1.io/v1\nkind: VLAN\nmetadata: {name: vlan-20}\nspec: {id: 20, interface: lan}\n"
    "---\napiVersion: ntp.fos1.io/v1alpha1\nkind: NTPService\nmetadata: {name: main-ntp}\nspec:\n  enabled: true\n"
    "  sources:\n    servers: [{address: 10.1.0.1, iburst: true, minpoll: -2, maxpoll: -2}]\n"
    "  server: {}\n"
    "  vlanConfig:\n    - {vlanRef: vlan-20, enabled: true}\n";

const QString kNtp = QStringLiteral("new_dhcp6_ntp_server");
/// Suboption 1 with 16 bytes: fd20::1, as dhclient writes bytes.
const QString kRouter = QStringLiteral("0:1:0:10:fd:20:0:0:0:0:0:0:0:0:0:0:0:0:0:1");

}  // namespace

class TestDhcpKea6 : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_kea;
    std::unique_ptr<HostUnderTest> m_host;

    [[nodiscard]] QByteArray page() const { return m_host->ctl({"dhcp", "show"}).output; }

    /// What a client gets that asks now.
    [[nodiscard]] QMap<QString, QString> asked() const {
        lab::run(QStringLiteral("rm"), {"-rf", m_lab->path("cl20-dhcp6")});
        const DhcpClient client(*m_lab, "cl20", IpFamily::V6);
        (void)QTest::qWaitFor([&] { return !client.options().isEmpty(); }, 10'000);
        return client.options();
    }

   private Q_SLOTS:
    void initTestCase() {
        m_lab = std::make_unique<lab::Lab>();
        m_lab->addVlan(20);
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        m_kea = lab::startKea(*m_lab, "rt", "kea6", IpFamily::V6, kKea);
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        m_host->config.replace("plugins:\n",
                               "plugins:\n  vlan-inventory: {}\n"
                               "  dhcp-bridge: {pollSeconds: 1, servers: [{name: lan6, kind: kea6, socket: " +
                                   m_lab->path("kea6/control").toUtf8() + "}]}\n");
        QVERIFY(lab::writeFile(m_host->manifest("all.yaml"), kManifest));
        QVERIFY(m_host->start());
    }

    void clientsLearnTheRoutersOwnAddress() {
        QTRY_VERIFY2_WITH_TIMEOUT(page().contains("fd20::1"), (page() + m_kea->log()).constData(), 20'000);
        const auto options = asked();
        QCOMPARE(options.value(kNtp), kRouter);
        QCOMPARE(options.value(QStringLiteral("new_dhcp6_name_servers")), QStringLiteral("fd20::1"));
    }

    void aStopWithdraws() {
        QCOMPARE(m_host->stop(), 0);
        const auto options = asked();
        QVERIFY(!options.isEmpty() && !options.contains(kNtp));
        QCOMPARE(options.value(QStringLiteral("new_dhcp6_name_servers")), QStringLiteral("fd20::1"));
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpKea6 test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_kea6.moc"

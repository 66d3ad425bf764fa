// SPDX-License-Identifier: GPL-2.0-or-later
// Time servers of a DHCP lease are sources while it lasts, without a restart of chronyd: real dhclient with Debian's
// hook of chrony, real dnsmasq, real systemd-networkd, Debian's dispatcher of NetworkManager. The machine's /run is
// covered by an empty one, so the directory of the hooks does not exist before the first lease.
#include <QDir>
#include <QTest>

#include "covered.h"
#include "host_under_test.h"
#include "isolation.h"
#include "lan_daemons.h"

using namespace fos1;
using fos1::system::HostUnderTest;

namespace {

/// Well below the minute after which the plugin reads leases anyway.
constexpr int kPatience = 30'000;

const QByteArray kService =
    "apiVersion: ntp.fos1.io/v1alpha1\n"
    "kind: NTPService\n"
    "metadata: {name: main-ntp}\n"
    "spec:\n"
    "  enabled: true\n"
    "  sources: {dhcp: {interfaces: [wan]}}\n"
    "  server: {}\n";

const QString kHook = QStringLiteral("/etc/dhcp/dhclient-exit-hooks.d/chrony");
const QString kDispatcher = QStringLiteral("/usr/lib/NetworkManager/dispatcher.d/20-chrony-dhcp");
const QString kNote = QStringLiteral("/run/chrony-dhcp/wan.sources");
const QString kUpstream = QStringLiteral("10.1.0.1");

QByteArray noted() {
    QFile file(kNote);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestDhcpSources : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;
    std::unique_ptr<lab::Daemon> m_upstream;
    std::unique_ptr<lab::Daemon> m_dnsmasq;
    std::unique_ptr<lab::Daemon> m_client;
    std::unique_ptr<HostUnderTest> m_host;
    QList<qint64> m_chronyds;  ///< of the first start

    [[nodiscard]] QStringList clientWords() const {
        return {"-4",  "-v",
                "-cf", m_lab->path("dhclient.conf"),
                "-lf", m_lab->path("dhclient.leases"),
                "-pf", m_lab->path("dhclient.pid"),
                "wan"};
    }
    /// A DHCP server with this option 42.
    void offer(const QByteArray& option42) {
        m_dnsmasq = lab::startDnsmasq(*m_lab, "up", "dnsmasq",
                                      "port=0\nno-ping\ndhcp-authoritative\ninterface=v-up\n"
                                      "dhcp-range=10.1.0.100,10.1.0.150,255.255.255.0,2m\n"
                                      "dhcp-option=option:router\ndhcp-option=option:dns-server\n" +
                                          option42 + '\n');
        QVERIFY(m_dnsmasq);
    }
    /// The same, and dhclient gets a lease.
    void lease(const QByteArray& option42) {
        offer(option42);
        m_client = m_lab->startIn("rt", "dhclient", "dhclient", QStringList{"-d"} + clientWords());
    }
    void release() {
        const auto released = m_lab->runIn("rt", "dhclient", QStringList{"-r"} + clientWords(), 20'000);
        QVERIFY2(released.exitCode == 0, (released.output + released.errors).constData());
        m_client.reset();
        m_dnsmasq.reset();
    }
    /// "ADDRESS ORIGIN" of each source.
    [[nodiscard]] QStringList sources() const {
        QStringList list;
        const QJsonArray all = m_host->service("main-ntp")[u"status"][u"sources"].toArray();
        for (const QJsonValue& each : all) list << each[u"address"].toString() + u' ' + each[u"origin"].toString();
        return list;
    }
    [[nodiscard]] QString followed() const {
        return m_host->syncState("main-ntp")[u"value"][u"source"][u"address"].toString();
    }
    [[nodiscard]] QByteArray state() const {
        return "sources: " + sources().join(", ").toUtf8() + "\nnoted: " + noted() +
               (m_client ? m_client->log() : QByteArray()) + m_host->log();
    }
    void verifyOnlyTheUpstream() {
        const QStringList only{kUpstream + QStringLiteral(" DHCP on wan")};
        QTRY_VERIFY2_WITH_TIMEOUT(sources() == only, state().constData(), kPatience);
        QCOMPARE(m_host->chronyds(), m_chronyds);
    }

   private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFile::exists(kHook) && QFile::exists(kDispatcher), "chrony's package has no hooks for DHCP");
        const QString problem = lab::cover({"/run", "/var/lib/dhcp"});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
        QVERIFY(lab::writeFile(m_lab->path("dhclient.conf"),
                               "request subnet-mask, broadcast-address, ntp-servers;\ntimeout 20;\n"));
        m_upstream = m_lab->startChronyd("up", "upstream", "local stratum 1\nallow\n");
        m_host = std::make_unique<HostUnderTest>(*m_lab, "host");
        QVERIFY(lab::writeFile(m_host->manifest("main.yaml"), kService));
        QVERIFY(m_host->start());
        QTRY_VERIFY2_WITH_TIMEOUT(m_host->chronyds().size() == 1, state().constData(), kPatience);
        m_chronyds = m_host->chronyds();
        QVERIFY(!QFile::exists("/run/chrony-dhcp"));
        QCOMPARE(sources(), QStringList());
    }

    void theServerOfALeaseIsFollowedWhileItLasts() {
        lease("dhcp-option=option:ntp-server,10.1.0.1");
        QTRY_COMPARE_WITH_TIMEOUT(noted(), QByteArray("server 10.1.0.1 iburst\n"), kPatience);
        verifyOnlyTheUpstream();
        QTRY_VERIFY2_WITH_TIMEOUT(followed() == kUpstream, state().constData(), kPatience);
        for (const QStringList& page : {QStringList{"sources"}, {"source", kUpstream}, {"why", kUpstream}}) {
            const QByteArray shown = m_host->ctl(QStringList{"ntp"} + page).output;
            QVERIFY2(shown.contains("10.1.0.1") && shown.contains("DHCP on wan"), shown.constData());
        }
        release();
        QVERIFY(!QFile::exists(kNote));
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
        QVERIFY(!m_host->ctl({"ntp", "sources"}).output.contains("10.1.0.1"));
        QCOMPARE(m_host->chronyds(), m_chronyds);
    }

    /// Each names the upstream last, which shows that the lease was read.
    void whatALeaseMustNotAdd_data() {
        QTest::addColumn<QByteArray>("option");
        QTest::addColumn<QByteArray>("inFile");
        QTest::newRow("our own address") << QByteArray("dhcp-option=option:ntp-server,10.2.0.1,10.1.0.1")
                                         << QByteArray("server 10.2.0.1 iburst");
        QTest::newRow("addresses of no server") << QByteArray(
                                                       "dhcp-option=option:ntp-server,127.0.0.1,127.127.1.0,224.0.1.1,"
                                                       "255.255.255.255,169.254.169.254,10.1.0.1")
                                                << QByteArray("server 127.127.1.0 iburst");
    }
    void whatALeaseMustNotAdd() {
        QFETCH(QByteArray, option);
        QFETCH(QByteArray, inFile);
        lease(option);
        QTRY_VERIFY2_WITH_TIMEOUT(noted().contains(inFile), state().constData(), kPatience);
        verifyOnlyTheUpstream();
        release();
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
    }

    /// DHCPv6 can name servers by name, and Debian's dispatcher notes names.
    void whatNetworkManagerNotes() {
        const auto dispatch = [this](const QString& action, const QString& v4, const QString& v6) {
            return m_lab
                ->runIn("rt", "env",
                        {"DHCP4_NTP_SERVERS=" + v4, "DHCP6_DHCP6_NTP_SERVERS=" + v6, kDispatcher, "wan", action})
                .exitCode;
        };
        QCOMPARE(dispatch("up", kUpstream, "ntp.evil.example fd01::1 fe80::1 a;reboot"), 0);
        QVERIFY2(noted().contains("server ntp.evil.example iburst"), noted().constData());
        const QStringList both{kUpstream + QStringLiteral(" DHCP on wan"), QStringLiteral("fd01::1 DHCP on wan")};
        QTRY_VERIFY2_WITH_TIMEOUT(sources() == both, state().constData(), kPatience);
        QCOMPARE(dispatch("down", {}, {}), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
        QCOMPARE(m_host->chronyds(), m_chronyds);
    }

    /// A real networkd. Without udev, which it finds out by /sys, it waits for nobody.
    void theServerOfNetworkdsLease() {
        offer("dhcp-option=option:ntp-server,10.2.0.1,10.1.0.1");
        QVERIFY(QDir().mkpath("/run/systemd/network"));
        QVERIFY(lab::writeFile("/run/systemd/network/wan.network",
                               "[Match]\nName=wan\n[Network]\nDHCP=ipv4\nKeepConfiguration=static\nIPv6AcceptRA=no\n"
                               "[DHCPv4]\nSendHostname=no\nUseHostname=no\n"));
        m_client = m_lab->startIn(
            "rt", "networkd", "unshare",
            {"--mount", "sh", "-c", "mount -t sysfs -o ro sysfs /sys && exec /lib/systemd/systemd-networkd"});
        verifyOnlyTheUpstream();
        QTRY_VERIFY2_WITH_TIMEOUT(followed() == kUpstream, state().constData(), kPatience);
        QVERIFY(!QFile::exists(kNote));
        // Without a carrier it gives the lease up.
        const auto cable = [this](const QString& state) {
            return m_lab->runIn("up", "ip", {"link", "set", "v-up", state}).exitCode;
        };
        QCOMPARE(cable("down"), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
        QCOMPARE(cable("up"), 0);
        verifyOnlyTheUpstream();
        // The next lease comes without the option.
        m_dnsmasq.reset();
        offer({});
        QCOMPARE(cable("down"), 0);
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
        QCOMPARE(cable("up"), 0);
        const auto lease = [] {
            const QStringList names = QDir("/run/systemd/netif/leases").entryList(QDir::Files);
            QFile file("/run/systemd/netif/leases/" + names.value(0));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(lease().contains("ADDRESS=10.1.0.") && !lease().contains("NTP="),
                                  (lease() + state()).constData(), kPatience);
        QCOMPARE(sources(), QStringList());
        QCOMPARE(m_host->chronyds(), m_chronyds);
        m_client.reset();
        m_dnsmasq.reset();
    }

    /// Whatever else a file has, such as directives of chrony.conf.
    void garbage() {
        QVERIFY(lab::writeFile(kNote, "allow all\nserver\nserver 10.1.0.1 iburst trust prefer\nlocal stratum 1\n" +
                                          QByteArray(4096, '\xff') + "\nserver 10.2.0.2\\\nserver ntp.example\n"));
        verifyOnlyTheUpstream();
        QTRY_VERIFY(m_host->ctl({"ntp", "source", kUpstream}).output.contains("Configured options"));
        const QByteArray shown = m_host->ctl({"ntp", "source", kUpstream}).output;
        QVERIFY2(!shown.contains("trust") && !shown.contains("prefer"), shown.constData());
        QVERIFY(QFile::remove(kNote));
        QTRY_VERIFY2_WITH_TIMEOUT(sources().isEmpty(), state().constData(), kPatience);
        QCOMPARE(m_host->chronyds(), m_chronyds);
    }

    void cleanupTestCase() {
        m_client.reset();
        m_host.reset();
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpSources test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcp_sources.moc"

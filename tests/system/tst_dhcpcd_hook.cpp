// SPDX-License-Identifier: GPL-2.0-or-later
// Our hook of dhcpcd (deploy/dhcp) notes the time servers of leases: as dhcpcd-run-hooks(8) sources it, by each reason
// and its variables, and with a real dhcpcd and a real server, beside the hooks of Debian's package.
#include <QDir>
#include <QTest>
#include <csignal>

#include "covered.h"
#include "dhcp/lease_formats.h"
#include "isolation.h"
#include "lan_daemons.h"
#include "tree.h"

using namespace fos1;

namespace {

constexpr int kPatience = 30'000;
const QString kHooks = QStringLiteral("/usr/lib/dhcpcd/dhcpcd-hooks");
const QString kNote = QStringLiteral("/run/chrony-dhcp/wan.sources");

QString hook() { return tree::sourceFile(QStringLiteral("deploy/dhcp/dhcpcd-hooks/50-fos1-chrony")); }

QByteArray noted() {
    QFile file(kNote);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// What the plugin understands of it.
QStringList servers() {
    QStringList list;
    for (const auto& each : ntp::serversOfChronySources(noted())) list << each.text();
    return list;
}

}  // namespace

class TestDhcpcdHook : public QObject {
    Q_OBJECT

    std::unique_ptr<lab::Lab> m_lab;

    /// Sources the hook with these variables, each "NAME=VALUE", and verifies that it leaves none of its own behind.
    static void event(const QByteArray& reason, const QStringList& variables = {},
                      const QString& interface = QStringLiteral("wan")) {
        const QString script = QStringLiteral(
            "set -u; word=kept; servers=kept; . \"$1\"; echo \"$word $servers ${file-unset} ${family-unset}\"");
        const auto result =
            lab::run(QStringLiteral("env"),
                     QStringList{"-i", "PATH=/usr/bin:/bin", "new_ntp_servers=", "new_dhcp6_sntp_servers=",
                                 "new_dhcp6_ntp_server_addr=", "interface=" + interface,
                                 "reason=" + QString::fromLatin1(reason)} +
                         variables + QStringList{"sh", "-c", script, "sh", hook()});
        QVERIFY2(result.exitCode == 0 && result.errors.isEmpty(), result.errors.constData());
        QCOMPARE(result.output, QByteArray("kept kept unset unset\n"));
    }

   private Q_SLOTS:
    void initTestCase() {
        const QString problem = lab::cover({"/run", "/var/lib/dhcp", "/var/lib/dhcpcd"});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        m_lab = std::make_unique<lab::Lab>();
        QVERIFY2(m_lab->problem().isEmpty(), qPrintable(m_lab->problem()));
    }
    void init() { QDir(QStringLiteral("/run/chrony-dhcp")).removeRecursively(); }

    void reasons_data() {
        QTest::addColumn<QByteArray>("reason");
        QTest::addColumn<QStringList>("expected");
        const QString v4 = QStringLiteral("192.0.2.1");
        const QString v6 = QStringLiteral("2001:db8::1");
        // Of a lease of both families, then this event without values.
        for (const char* each :
             {"BOUND", "RENEW", "REBIND", "REBOOT", "INFORM", "TIMEOUT", "EXPIRE", "NAK", "FAIL", "RELEASE", "STOP"})
            QTest::newRow(each) << QByteArray(each) << QStringList{v6};
        for (const char* each : {"BOUND6", "RENEW6", "REBIND6", "REBOOT6", "INFORM6", "EXPIRE6", "RELEASE6", "STOP6"})
            QTest::newRow(each) << QByteArray(each) << QStringList{v4};
        for (const char* each : {"NOCARRIER", "DEPARTED", "STOPPED"})
            QTest::newRow(each) << QByteArray(each) << QStringList();
        for (const char* each : {"PREINIT", "CARRIER", "NOCARRIER_ROAMING", "IPV4LL", "STATIC", "3RDPARTY", "TEST",
                                 "RECONFIGURE", "ROUTERADVERT", "DELEGATED6", "UNHEARD_OF"})
            QTest::newRow(each) << QByteArray(each) << QStringList{v4, v6};
    }
    void reasons() {
        QFETCH(QByteArray, reason);
        QFETCH(QStringList, expected);
        event("BOUND", {"new_ntp_servers=192.0.2.1"});
        event("BOUND6", {"new_dhcp6_sntp_servers=2001:db8::1"});
        QCOMPARE(servers().size(), 2);
        event(reason);
        QStringList left = servers();
        left.sort();
        QCOMPARE(left, expected);
        QCOMPARE(QFile::exists(kNote), !expected.isEmpty());
    }

    void leases_data() {
        QTest::addColumn<QByteArray>("reason");
        QTest::addColumn<QStringList>("variables");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("several") << QByteArray("BOUND") << QStringList{"new_ntp_servers=192.0.2.1 192.0.2.2 192.0.2.1"}
                                 << QByteArray("server 192.0.2.1 iburst\nserver 192.0.2.2 iburst\n");
        QTest::newRow("options 31 and 56")
            << QByteArray("BOUND6")
            << QStringList{"new_dhcp6_sntp_servers=2001:db8::1 2001:db8::2", "new_dhcp6_ntp_server_addr=2001:db8::3"}
            << QByteArray("server 2001:db8::1 iburst\nserver 2001:db8::2 iburst\nserver 2001:db8::3 iburst\n");
        QTest::newRow("no addresses")
            << QByteArray("BOUND")
            << QStringList{"new_ntp_servers=ntp.example $(reboot) `reboot` * ; -e 1 1.2.3 1.2.3.4.5 .1.2.3 1..2.3 "
                           "192.0.2.1/24 2001:db8::1 192.0.2.9"}
            << QByteArray("server 192.0.2.9 iburst\n");
        QTest::newRow("no addresses of IPv6")
            << QByteArray("BOUND6")
            << QStringList{"new_dhcp6_sntp_servers=cafe.de fe80::1%wan 192.0.2.1 a:b ::g 2001:db8::9"}
            << QByteArray("server 2001:db8::9 iburst\n");
        QTest::newRow("none") << QByteArray("BOUND") << QStringList() << QByteArray();
    }
    void leases() {
        QFETCH(QByteArray, reason);
        QFETCH(QStringList, variables);
        QFETCH(QByteArray, expected);
        event(reason, variables);
        QCOMPARE(noted(), expected);
        QCOMPARE(QFile::exists(kNote), !expected.isEmpty());
    }

    void interfacesThatAreNoFileNames() {
        for (const char* name : {"", ".", "..", "../../etc/x", "a/b"})
            event("BOUND", {"new_ntp_servers=192.0.2.1"}, QLatin1String(name));
        QVERIFY(!QFile::exists("/run/chrony-dhcp"));
    }

    void aRealDhcpcd() {
        // Debian's hooks and ours beside them.
        QVERIFY(QDir().mkpath(m_lab->path("hooks")));
        for (const QString& name : QDir(kHooks).entryList(QDir::Files))
            QVERIFY(QFile::copy(kHooks + u'/' + name, m_lab->path("hooks/" + name)));
        QVERIFY(QFile::copy(hook(), m_lab->path("hooks/50-fos1-chrony")));
        const QString problem = lab::cover({kHooks});
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        for (const QString& name : QDir(m_lab->path("hooks")).entryList(QDir::Files))
            QVERIFY(QFile::copy(m_lab->path("hooks/" + name), kHooks + u'/' + name));
        const auto dnsmasq = lab::startDnsmasq(*m_lab, "up", "dnsmasq",
                                               "port=0\nno-ping\ndhcp-authoritative\ninterface=v-up\nenable-ra\n"
                                               "dhcp-range=10.1.0.100,10.1.0.150,255.255.255.0,2m\n"
                                               "dhcp-range=fd01::100,fd01::150,64,2m\n"
                                               "dhcp-option=option:router\ndhcp-option=option:dns-server\n"
                                               "dhcp-option=option:ntp-server,10.1.0.1\n"
                                               "dhcp-option=option6:sntp-server,[fd01::1]\n"
                                               "dhcp-option=option6:ntp-server,[fd01::7]\n");
        QVERIFY(dnsmasq);
        QVERIFY(lab::writeFile(m_lab->path("dhcpcd.conf"),
                               "option ntp_servers\noption dhcp6_sntp_servers\noption dhcp6_ntp_server\n"
                               "nohook resolv.conf, hostname\nnoipv4ll\nnoarp\nia_na\nwaitip 4\n"));
        const auto client = m_lab->startIn("rt", "dhcpcd", "dhcpcd", {"-B", "-f", m_lab->path("dhcpcd.conf"), "wan"});
        const auto state = [&] { return noted() + client->log() + dnsmasq->log(); };
        QTRY_VERIFY2_WITH_TIMEOUT(servers().contains("10.1.0.1"), state().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(servers().contains("fd01::1") && servers().contains("fd01::7"), state().constData(),
                                  kPatience);
        QCOMPARE(servers().size(), 3);
        // Release. A signal that comes while a hook runs is lost in dhcpcd 9.4.
        const auto isGone = [&] {
            client->signal(SIGALRM);
            return !client->isRunning();
        };
        QTRY_VERIFY2_WITH_TIMEOUT(isGone(), state().constData(), kPatience);
        QTRY_VERIFY2_WITH_TIMEOUT(!QFile::exists(kNote), state().constData(), kPatience);
    }
};

int main(int argc, char** argv) {
    return lab::runIsolated(argc, argv, [&] {
        QCoreApplication app(argc, argv);
        TestDhcpcdHook test;
        return QTest::qExec(&test, argc, argv);
    });
}
#include "tst_dhcpcd_hook.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// What DHCP clients note about time servers is understood in each format, whatever else is in it, never taken for more
// than addresses of servers elsewhere, and followed while it changes.
#include <net/if.h>

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "dhcp/lease_formats.h"
#include "dhcp/lease_watch.h"

using namespace fos1;
using namespace fos1::ntp;

namespace {

QStringList texts(const std::vector<IpAddress>& addresses) {
    QStringList list;
    for (const IpAddress& each : addresses) list << each.text();
    return list;
}

QStringList texts(const std::vector<LeasedServer>& servers) {
    QStringList list;
    for (const LeasedServer& each : servers) list << each.address.text() + u' ' + each.interface;
    return list;
}

/// The two directories of the clients, empty.
struct Places {
    QTemporaryDir directory;
    LeasePlaces places{directory.filePath(QStringLiteral("chrony-dhcp")), directory.filePath(QStringLiteral("leases"))};
    Places() {
        (void)QDir().mkpath(places.chronySources);
        (void)QDir().mkpath(places.networkd);
    }
    [[nodiscard]] QString chrony(const QString& interface) const {
        return places.chronySources + u'/' + interface + QStringLiteral(".sources");
    }
    [[nodiscard]] QString networkd(const char* interface) const {
        return places.networkd + u'/' + QString::number(::if_nametoindex(interface));
    }
};

bool write(const QString& path, const QByteArray& content) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

const QString kLo = QStringLiteral("lo");
const QString kWan = QStringLiteral("wan0");

}  // namespace

class TestDhcpLeases : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void chronySources_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("expected");
        const auto row = [](const char* name, const QByteArray& text, const QStringList& expected = {}) {
            QTest::newRow(name) << text << expected;
        };
        row("nothing", "");
        row("as Debian's hooks write it", "server 192.0.2.1 iburst\nserver 2001:db8::1 iburst\n",
            {QStringLiteral("192.0.2.1"), QStringLiteral("2001:db8::1")});
        row("without its last line end", "server 192.0.2.1 iburst", {QStringLiteral("192.0.2.1")});
        row("options are not taken over", "server 192.0.2.1 iburst trust prefer key 1\n",
            {QStringLiteral("192.0.2.1")});
        row("twice", "server 192.0.2.1\nserver 192.0.2.1 iburst\n", {QStringLiteral("192.0.2.1")});
        row("other directives", "pool 192.0.2.1\npeer 192.0.2.2\nallow\n#server 192.0.2.3\nserver\n");
        row("names", "server ntp.example iburst\n");
        row("a name that a client took for addresses", "server 110.116.112.49 iburst\nserver 46.108.97.110 iburst\n");
        row("addresses that are nearly a name", "server 110.116.112.49\nserver 46.108.97.210\n",
            {QStringLiteral("110.116.112.49"), QStringLiteral("46.108.97.210")});
        row("an address that may be a name", "server 110.116.112.49\n", {QStringLiteral("110.116.112.49")});
        row("addresses with figures alone", "server 48.49.50.51\nserver 52.53.54.55\n",
            {QStringLiteral("48.49.50.51"), QStringLiteral("52.53.54.55")});
        row("what no server elsewhere has",
            "server 0.0.0.0\nserver 127.0.0.1\nserver 224.0.1.1\nserver 255.255.255.255\nserver 169.254.1.1\nserver "
            "::\nserver ::1\nserver ff02::101\nserver fe80::1\n");
        row("what is no address",
            "server 192.0.2.300\nserver 192.0.2.1/24\nserver -1\nserver 1\nserver fe80::1%eth0\n");
        row("bytes", QByteArray("server \0"
                                "192.0.2.1\n\xff\xfe server 192.0.2.2\r\n",
                                37));
        QByteArray many;
        for (int i = 1; i < 200; ++i) many += "server 192.0.2." + QByteArray::number(i) + '\n';
        QStringList first;
        for (std::size_t i = 1; i <= kMostLeasedServers; ++i) first << QStringLiteral("192.0.2.%1").arg(i);
        row("more than anybody needs", many, first);
        row("a line without an end", "server " + QByteArray(1 << 20, '1'));
    }
    void chronySources() {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(serversOfChronySources(text)), expected);
    }

    void networkdLease_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("as systemd 252 writes it")
            << QByteArray(
                   "# This is private data. Do not parse.\nADDRESS=192.0.2.33\nNETMASK=255.255.255.0\n"
                   "ROUTER=192.0.2.1\nSERVER_ADDRESS=192.0.2.1\nT1=1800\nT2=3150\nLIFETIME=3600\n"
                   "DNS=192.0.2.1\nNTP=192.0.2.7 192.0.2.8\nHOSTNAME=a\nCLIENTID=ff\n")
            << QStringList{QStringLiteral("192.0.2.7"), QStringLiteral("192.0.2.8")};
        QTest::newRow("a name that a client took for addresses")
            << QByteArray("NTP=110.116.112.49 46.108.97.110\n") << QStringList();
        QTest::newRow("without NTP") << QByteArray("ADDRESS=192.0.2.33\nXNTP=192.0.2.1\n NTP=192.0.2.2\n")
                                     << QStringList();
        QTest::newRow("nothing but the name") << QByteArray("NTP=\nNTP") << QStringList();
        QTest::newRow("what no server elsewhere has")
            << QByteArray("NTP=0.0.0.0 127.0.0.1 192.0.2.7 x\n") << QStringList{QStringLiteral("192.0.2.7")};
    }
    void networkdLease() {
        QFETCH(QByteArray, text);
        QFETCH(QStringList, expected);
        QCOMPARE(texts(serversOfNetworkdLease(text)), expected);
    }

    void eachServerIsThereOnceAndNoneIsOurOwn() {
        const Places p;
        QVERIFY(write(p.chrony(kWan), "server 192.0.2.1 iburst\nserver 192.0.2.2 iburst\n"));
        QVERIFY(write(p.chrony(kLo), "server 192.0.2.2 iburst\nserver 192.0.2.3 iburst\n"));
        QVERIFY(write(p.networkd("lo"), "NTP=192.0.2.3 192.0.2.4\n"));
        const std::vector<IpPrefix> own{*IpPrefix::parse(QStringLiteral("192.0.2.1/24"))};
        QCOMPARE(texts(leasedServers(p.places, {kWan, kLo}, own)),
                 QStringList({QStringLiteral("192.0.2.2 wan0"), QStringLiteral("192.0.2.3 lo"),
                              QStringLiteral("192.0.2.4 lo")}));
        QCOMPARE(texts(leasedServers(p.places, {}, own)), QStringList());
        QCOMPARE(texts(leasedServers(p.places, {QStringLiteral("other0")}, own)), QStringList());
    }

    void filesThatAreNoLeases() {
        const Places p;
        QVERIFY(QDir().mkpath(p.chrony(kWan)));  // a directory
        QVERIFY(write(p.networkd("lo"), QByteArray((1 << 20) + 1, ' ') + "\nNTP=192.0.2.1\n"));
        QVERIFY(QFile::link(QStringLiteral("/dev/zero"), p.chrony(kLo)));
        QCOMPARE(texts(leasedServers(p.places, {kWan, kLo}, {})), QStringList());
    }

    void aLeaseIsFollowedWhileItLasts() {
        const Places p;
        LeaseWatch watch(p.places);
        QSignalSpy changed(&watch, &LeaseWatch::changed);
        watch.watch({kWan});
        QVERIFY(write(p.chrony(kWan), "server 192.0.2.1 iburst\n"));
        QTRY_COMPARE(changed.size(), 1);
        QVERIFY(write(p.chrony(kWan), "server 192.0.2.2 iburst\n"));  // the same file
        QTRY_COMPARE(changed.size(), 2);
        QCOMPARE(texts(leasedServers(p.places, {kWan}, {})), QStringList(QStringLiteral("192.0.2.2 wan0")));
        QVERIFY(QFile::remove(p.chrony(kWan)));
        QTRY_COMPARE(changed.size(), 3);
        QVERIFY(write(p.chrony(kWan), "server 192.0.2.3 iburst\n"));  // a new one of the same name
        QTRY_COMPARE(changed.size(), 4);
        watch.watch({});
        QVERIFY(QFile::remove(p.chrony(kWan)));
        QVERIFY(!changed.wait(1000));
    }

    /// The directory is made by the first client that has a lease, here with its parents.
    void aDirectoryThatAppears() {
        const QTemporaryDir run;
        const LeasePlaces places{run.filePath(QStringLiteral("chrony-dhcp")),
                                 run.filePath(QStringLiteral("systemd/netif/leases"))};
        LeaseWatch watch(places);
        QSignalSpy changed(&watch, &LeaseWatch::changed);
        watch.watch({kWan, kLo});
        QTRY_COMPARE(changed.size(), 1);  // of what was read before
        // What others do there is not reported.
        QVERIFY(write(run.filePath(QStringLiteral("some.pid")), "1\n"));
        QVERIFY(QDir(run.path()).mkdir(QStringLiteral("other")));
        QVERIFY(!changed.wait(1500));
        const auto leased = [&] { return texts(leasedServers(places, {kWan, kLo}, {})); };
        QVERIFY(QDir().mkpath(places.chronySources));
        QVERIFY(write(places.chronySources + QStringLiteral("/wan0.sources"), "server 192.0.2.1 iburst\n"));
        QTRY_VERIFY(changed.size() >= 2 && leased() == QStringList(QStringLiteral("192.0.2.1 wan0")));
        // Level by level, as when a service starts.
        for (const char* level : {"systemd", "systemd/netif", "systemd/netif/leases"}) {
            QVERIFY(QDir(run.path()).mkdir(QLatin1String(level)));
            QTest::qWait(0);
        }
        qsizetype seen = changed.size();
        QTRY_VERIFY(changed.size() > seen);
        seen = changed.size();
        QVERIFY(write(places.networkd + u'/' + QString::number(::if_nametoindex("lo")), "NTP=192.0.2.2\n"));
        QTRY_VERIFY(changed.size() > seen);
        // Gone, and there again.
        QVERIFY(QDir(places.chronySources).removeRecursively());
        seen = changed.size();
        QTRY_VERIFY(changed.size() > seen);
        QCOMPARE(leased(), QStringList(QStringLiteral("192.0.2.2 lo")));
        QVERIFY(QDir().mkpath(places.chronySources));
        seen = changed.size();
        QTRY_VERIFY(changed.size() > seen);
        QVERIFY(write(places.chronySources + QStringLiteral("/wan0.sources"), "server 192.0.2.3 iburst\n"));
        seen = changed.size();
        QTRY_VERIFY(changed.size() > seen);
    }

    void directoriesThatDoNotExist() {
        LeaseWatch watch({QStringLiteral("/nowhere/a"), QStringLiteral("/nowhere/b")});
        watch.watch({kWan, kLo});
        QCOMPARE(texts(leasedServers({QStringLiteral("/nowhere/a"), QStringLiteral("/nowhere/b")}, {kWan}, {})),
                 QStringList());
    }
};

QTEST_GUILESS_MAIN(TestDhcpLeases)
#include "tst_dhcp_leases.moc"

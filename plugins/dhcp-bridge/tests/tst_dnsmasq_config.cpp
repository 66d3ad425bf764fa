// SPDX-License-Identifier: GPL-2.0-or-later
// What is understood of dnsmasq's configuration: ranges, NTP servers set by hand, and where else to look.
#include <QTest>

#include "dnsmasq/dnsmasq_config.h"

using namespace fos1;
using namespace fos1::dhcp;

namespace {

DnsmasqConfig configOf(const QString& text) {
    DnsmasqConfig config;
    readConfiguration(text, QStringLiteral("conf"), config);
    return config;
}

/// "v4 tag=a first=10.0.0.1 /24 on= 3600"
QString textOf(const DnsmasqRange& range) {
    return QStringLiteral("v%1 tag=%2 first=%3 /%4 on=%5 %6")
        .arg(range.family == net::AddressFamily::Inet4 ? 4 : 6)
        .arg(range.tag, range.first.text())
        .arg(range.prefixLength.value_or(-1))
        .arg(range.interfaces)
        .arg(range.lease.count());
}

QString textOf(const DnsmasqOption& option) {
    return QStringLiteral("%1 [%2] %3").arg(option.code).arg(option.tags.join(u' '), option.value);
}

}  // namespace

class TestDnsmasqConfig : public QObject {
    Q_OBJECT

   private Q_SLOTS:
    static void ranges_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* line, const char* expected) {
            QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(expected);
        };
        row("dhcp-range=10.0.0.50,10.0.0.150", "v4 tag= first=10.0.0.50 /-1 on= 3600");
        row("dhcp-range=10.0.0.50,10.0.0.150,12h", "v4 tag= first=10.0.0.50 /-1 on= 43200");
        row("  dhcp-range = set:red , 10.0.0.50, 10.0.0.150, 255.255.255.0, 45m  # a comment",
            "v4 tag=red first=10.0.0.50 /24 on= 2700");
        row("dhcp-range=tag:known,set:red,10.0.0.50,10.0.0.150,255.255.0.0,10.0.255.255,1w",
            "v4 tag=red first=10.0.0.50 /16 on= 604800");
        row("dhcp-range=red,10.0.0.50,10.0.0.150,255.255.255.128", "v4 tag=red first=10.0.0.50 /25 on= 3600");
        row("dhcp-range=\"set:red\",10.0.0.50,static", "v4 tag=red first=10.0.0.50 /-1 on= 3600");
        row("dhcp-range=10.0.0.50,10.0.0.150,30", "v4 tag= first=10.0.0.50 /-1 on= 120");
        row("dhcp-range=10.0.0.50,10.0.0.150,infinite", "v4 tag= first=10.0.0.50 /-1 on= 4294967295");
        row("dhcp-range=fd00::10,fd00::20", "v6 tag= first=fd00::10 /64 on= 86400");
        row("dhcp-range=set:x,fd00::10,fd00::20,80,12h", "v6 tag=x first=fd00::10 /80 on= 43200");
        row("dhcp-range=::100,::1ff,constructor:lan.10,slaac,64,1h", "v6 tag= first=::100 /64 on=lan.10 3600");
        row("dhcp-range=::,constructor:lan*,ra-stateless", "v6 tag= first=:: /64 on=lan* 86400");
        row("dhcp-range=::,static", "v6 tag= first=:: /64 on=* 86400");
        row("dhcp-range=::,constructor:lan.10,ra-only", "");
        row("dhcp-range=10.0.0.0,proxy", "");
        row("dhcp-range=red", "");
        row("dhcp-range=", "");
        row("dhcp-ranger=10.0.0.50,10.0.0.150", "");
        row("#dhcp-range=10.0.0.50,10.0.0.150", "");
    }
    static void ranges() {
        QFETCH(const QString, line);
        QFETCH(const QString, expected);
        const DnsmasqConfig config = configOf(line);
        QCOMPARE(config.ranges.empty() ? QString() : textOf(config.ranges.front()), expected);
        if (!config.ranges.empty()) QCOMPARE(config.ranges.front().where, QStringLiteral("conf:1"));
    }

    static void options_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* line, const char* expected) {
            QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(expected);
        };
        row("dhcp-option=42,10.0.0.1", "42 [] 10.0.0.1");
        row("dhcp-option=option:ntp-server,0.0.0.0,10.0.0.2", "42 [] 0.0.0.0, 10.0.0.2");
        row("dhcp-option-force=tag:phones,tag:!old,option:ntp-server,10.0.0.9", "42 [phones !old] 10.0.0.9");
        row("dhcp-option=net:phones,42,10.0.0.9", "42 [phones] 10.0.0.9");
        row("dhcp-option=phones,42,10.0.0.9", "42 [phones] 10.0.0.9");
        row("dhcp-option=option:ntp-server", "42 [] ");
        row("dhcp-option=option6:ntp-server,[fd00::1],[fd00::2]", "56 [] [fd00::1], [fd00::2]");
        row("dhcp-option=tag:lan,option6:56,ntp.example", "56 [lan] ntp.example");
        row("dhcp-option=option6:sntp-server,[fd00::1]", "31 [] [fd00::1]");
        row("dhcp-option=option6:42,[fd00::1]", "");
        row("dhcp-option=option:router,10.0.0.1", "");
        row("dhcp-option=56,text", "");
        row("dhcp-option=vendor:PXEClient,42,10.0.0.1", "");
        row("dhcp-option=encap:175,42,1", "");
    }
    static void options() {
        QFETCH(const QString, line);
        QFETCH(const QString, expected);
        const DnsmasqConfig config = configOf(line);
        QCOMPARE(config.options.empty() ? QString() : textOf(config.options.front()), expected);
    }

    static void filesOfOptionsHaveNoKeyword() {
        DnsmasqConfig config;
        readOptions(QStringLiteral("# ours\ntag:lan.10,option:ntp-server,10.0.0.1\n\n3,10.0.0.1\n"),
                    QStringLiteral("dir/file"), config);
        QCOMPARE(config.options.size(), std::size_t{1});
        QCOMPARE(textOf(config.options.front()), QStringLiteral("42 [lan.10] 10.0.0.1"));
        QCOMPARE(config.options.front().where, QStringLiteral("dir/file:2"));
    }

    static void otherFiles() {
        const DnsmasqConfig config =
            configOf(QStringLiteral("conf-file=/etc/a\nconf-dir=/etc/b/,*.conf\nconf-dir=/etc/c,.bak,.dpkg-dist\n"
                                    "dhcp-optsfile=/etc/d\ndhcp-optsdir=/run/e\n"));
        QCOMPARE(config.includes.size(), std::size_t{5});
        QCOMPARE(config.includes[1].path, QStringLiteral("/etc/b/"));
        QCOMPARE(config.includes[1].filters, QStringList{"*.conf"});
        QCOMPARE(config.includes[2].filters, (QStringList{".bak", ".dpkg-dist"}));
        QVERIFY(config.includes[3].kind == DnsmasqFiles::Options);
        QVERIFY(config.includes[4].kind == DnsmasqFiles::OptionsDirectory);
    }

    /// As Debian's unit starts it, and as others do.
    static void commandLine() {
        DnsmasqConfig debian;
        readArguments({"/usr/sbin/dnsmasq", "-x", "/run/dnsmasq/dnsmasq.pid", "-u", "dnsmasq", "-7",
                       "/etc/dnsmasq.d,.dpkg-dist,.dpkg-old", "--local-service", "--trust-anchor=.,20326,8,2,e0"},
                      debian);
        QCOMPARE(debian.includes.size(), std::size_t{2});
        QCOMPARE(debian.includes[0].path, QStringLiteral("/etc/dnsmasq.d"));
        QCOMPARE(debian.includes[1].path, QStringLiteral("/etc/dnsmasq.conf"));

        DnsmasqConfig other;
        readArguments({"dnsmasq", "-kC", "/var/etc/dnsmasq.conf", "-F", "10.0.0.5,10.0.0.9", "-O42,10.0.0.1",
                       "--dhcp-option", "option:ntp-server,10.0.0.2", "--dhcp-optsdir=/run/x"},
                      other);
        QCOMPARE(other.includes.size(), std::size_t{2});
        QCOMPARE(other.includes[0].path, QStringLiteral("/var/etc/dnsmasq.conf"));
        QCOMPARE(other.includes[1].path, QStringLiteral("/run/x"));
        QCOMPARE(other.ranges.size(), std::size_t{1});
        QCOMPARE(other.options.size(), std::size_t{2});
    }

    static void namesInDirectories() {
        QVERIFY(isIncluded("a.conf", {"*.conf"}));
        QVERIFY(!isIncluded("a.txt", {"*.conf"}));
        QVERIFY(isIncluded("a.txt", {}));
        QVERIFY(isIncluded("a.txt", {".bak"}));
        QVERIFY(!isIncluded("a.bak", {".bak"}));
        QVERIFY(!isIncluded(".a", {}));
        QVERIFY(!isIncluded("a~", {}));
        QVERIFY(!isIncluded("#a#", {}));
    }
};

QTEST_APPLESS_MAIN(TestDnsmasqConfig)
#include "tst_dnsmasq_config.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>

#include "ip_prefix.h"

using fos1::net::IpAddress;
using fos1::net::IpPrefix;

class TestIpPrefix : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void texts_data() {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("canonical");  // empty: refused
        const auto row = [](const char* written, const char* canonical) {
            QTest::newRow(written) << QString::fromLatin1(written) << QString::fromLatin1(canonical);
        };
        row("10.10.0.1/24", "10.10.0.1/24");
        row("0.0.0.0/0", "0.0.0.0/0");
        row("10.10.0.1/32", "10.10.0.1/32");
        row("FD00:10:0:0:0:0:0:1/64", "fd00:10::1/64");
        row("::/0", "::/0");
        row("::ffff:10.0.0.1/128", "::ffff:10.0.0.1/128");
        row("10.10.0.1/33", "");
        row("fd00::1/129", "");
        row("10.10.0.1", "");
        row("10.10.0.1/", "");
        row("10.10.0.1/024", "");
        row("10.10.0.1/+24", "");
        row("10.10.0.1/-1", "");
        row("10.10.0.1/ 24", "");
        row("10.10/16", "");
        row("010.0.0.1/8", "");
        row("fe80::1%lan/64", "");
        row("[::1]/128", "");
        row("/24", "");
        row("", "");
    }
    void texts() {
        QFETCH(QString, written);
        QFETCH(QString, canonical);
        const auto prefix = IpPrefix::parse(written);
        QCOMPARE(prefix.has_value(), !canonical.isEmpty());
        if (prefix) QCOMPARE(prefix->text(), canonical);
    }

    void ipv4SortsFirstThenByValue() {
        const auto less = [](const char* a, const char* b) {
            return *IpPrefix::parse(QString::fromLatin1(a)) < *IpPrefix::parse(QString::fromLatin1(b));
        };
        QVERIFY(less("10.0.0.9/24", "10.0.0.10/24"));
        QVERIFY(less("10.0.0.9/16", "10.0.0.9/24"));
        QVERIFY(less("255.0.0.1/8", "::1/128"));
        QVERIFY(!less("::1/128", "::1/128"));
    }

    void networks_data() {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("last");
        const auto row = [](const char* prefix, const char* network, const char* last) {
            QTest::newRow(prefix) << QString::fromLatin1(prefix) << QString::fromLatin1(network)
                                  << QString::fromLatin1(last);
        };
        row("10.1.2.3/0", "0.0.0.0/0", "255.255.255.255");
        row("10.1.2.3/7", "10.0.0.0/7", "11.255.255.255");
        row("10.1.2.3/24", "10.1.2.0/24", "10.1.2.255");
        row("10.1.2.3/31", "10.1.2.2/31", "10.1.2.3");
        row("10.1.2.3/32", "10.1.2.3/32", "10.1.2.3");
        row("fd00::1:2/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        row("fd00::1:2/113", "fd00::1:0/113", "fd00::1:7fff");
        row("fd00::1:2/128", "fd00::1:2/128", "fd00::1:2");
    }
    void networks() {
        QFETCH(QString, prefix);
        const auto parsed = IpPrefix::parse(prefix);
        QVERIFY(parsed);
        QTEST(parsed->network().text(), "network");
        QTEST(parsed->last().text(), "last");
    }

    void contains_data() {
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("expected");
        QTest::newRow("the first") << "10.0.0.0/8"
                                   << "10.0.0.0" << true;
        QTest::newRow("the last") << "10.0.0.0/8"
                                  << "10.255.255.255" << true;
        QTest::newRow("the next") << "10.0.0.0/8"
                                  << "11.0.0.0" << false;
        QTest::newRow("host bits do not count") << "10.1.2.3/8"
                                                << "10.9.9.9" << true;
        QTest::newRow("everything of its family") << "0.0.0.0/0"
                                                  << "192.0.2.1" << true;
        QTest::newRow("nothing of the other") << "0.0.0.0/0"
                                              << "::1" << false;
        QTest::newRow("an IPv4-mapped address is IPv6") << "10.0.0.0/8"
                                                        << "::ffff:10.0.0.1" << false;
        QTest::newRow("and in its network") << "::ffff:0:0/96"
                                            << "::ffff:10.0.0.1" << true;
    }
    void contains() {
        QFETCH(QString, prefix);
        QFETCH(QString, address);
        QTEST(IpPrefix::parse(prefix)->contains(*IpAddress::parse(address)), "expected");
    }
};

QTEST_GUILESS_MAIN(TestIpPrefix)
#include "tst_ip_prefix.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>

#include "model/ip_address.h"

using fos1::vlan::InterfaceAddress;
using fos1::vlan::IpAddress;

class TestIpAddress : public QObject {
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
        const auto address = InterfaceAddress::parse(written);
        QCOMPARE(address.has_value(), !canonical.isEmpty());
        if (address) QCOMPARE(address->text(), canonical);
    }

    void aNulByteEndsNothing() {
        QVERIFY(!IpAddress::parse(QStringLiteral("10.0.0.1") + QChar(u'\0') + QStringLiteral("x")));
    }

    void bytes() {
        const unsigned char v4[] = {10, 0, 0, 1};
        QCOMPARE(IpAddress::fromBytes(v4, 4)->text(), QStringLiteral("10.0.0.1"));
        const unsigned char v6[16] = {0xfe, 0xbf, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        QCOMPARE(IpAddress::fromBytes(v6, 16)->text(), QStringLiteral("febf::1"));
        QVERIFY(!IpAddress::fromBytes(v6, 15));
        QVERIFY(!IpAddress::fromBytes(v6, 0));
        QCOMPARE(IpAddress().text(), QString());
    }

    void linkLocal_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("expected");
        QTest::newRow("the first") << "fe80::" << true;
        QTest::newRow("the last") << "febf:ffff::1" << true;
        QTest::newRow("the next") << "fec0::1" << false;
        QTest::newRow("unique local") << "fd00::1" << false;
        QTest::newRow("of IPv4, whose first bytes are no prefix of IPv6") << "254.128.0.1" << false;
    }
    void linkLocal() {
        QFETCH(QString, text);
        QTEST(IpAddress::parse(text)->isLinkLocal6(), "expected");
    }

    void ipv4SortsFirstThenByValue() {
        const auto less = [](const char* a, const char* b) {
            return *InterfaceAddress::parse(QString::fromLatin1(a)) < *InterfaceAddress::parse(QString::fromLatin1(b));
        };
        QVERIFY(less("10.0.0.9/24", "10.0.0.10/24"));
        QVERIFY(less("10.0.0.9/16", "10.0.0.9/24"));
        QVERIFY(less("255.0.0.1/8", "::1/128"));
        QVERIFY(!less("::1/128", "::1/128"));
    }
};

QTEST_GUILESS_MAIN(TestIpAddress)
#include "tst_ip_address.moc"

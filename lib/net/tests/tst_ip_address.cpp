// SPDX-License-Identifier: GPL-2.0-or-later
#include <QTest>
#include <array>
#include <optional>

#include "ip_address.h"

using fos1::net::IpAddress;

class TestIpAddress : public QObject {
    Q_OBJECT
   private Q_SLOTS:
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

    void neighbors_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("previous");  // empty: none
        QTest::addColumn<QString>("next");
        const auto row = [](const char* text, const char* previous, const char* next) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(previous)
                                << QString::fromLatin1(next);
        };
        row("10.0.0.1", "10.0.0.0", "10.0.0.2");
        row("10.0.255.255", "10.0.255.254", "10.1.0.0");
        row("10.1.0.0", "10.0.255.255", "10.1.0.1");
        row("0.0.0.0", "", "0.0.0.1");
        row("255.255.255.255", "255.255.255.254", "");
        row("fd00::ffff", "fd00::fffe", "fd00::1:0");
        row("::", "", "::1");
        row("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "");
    }
    void neighbors() {
        QFETCH(QString, text);
        const auto address = IpAddress::parse(text);
        QVERIFY(address);
        const auto textOf = [](const std::optional<IpAddress>& other) { return other ? other->text() : QString(); };
        QTEST(textOf(address->previous()), "previous");
        QTEST(textOf(address->next()), "next");
    }

    /// Maps use this order, so unused bytes must not affect it.
    void bits() {
        const auto v4 = IpAddress::parse(QStringLiteral("10.0.0.1"));
        QVERIFY(v4 && (v4->bytes == std::array<quint8, 16>{10, 0, 0, 1}));
        QCOMPARE(v4->bits(), 32);
        const unsigned char bytes[] = {10, 0, 0, 1};
        QVERIFY(v4 == IpAddress::fromBytes(bytes, sizeof bytes));
        const auto v6 = IpAddress::parse(QStringLiteral("::a00:1"));
        QCOMPARE(v6->bits(), 128);
        QVERIFY(*v4 < *v6);
    }
};

QTEST_GUILESS_MAIN(TestIpAddress)
#include "tst_ip_address.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Texts on which address parsers disagree, and the expected result for each: as an address, as a prefix, and as a
// network.
#include <QTest>
#include <optional>

#include "ip_address.h"
#include "ip_prefix.h"
#include "ip_range.h"

using namespace fos1::net;

namespace {

template <typename Value>
QString textOf(const std::optional<Value>& value) {
    return value ? value->text() : QString();
}

}  // namespace

class TestIpText : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void texts_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("address");  // empty: refused
        QTest::addColumn<QString>("prefix");
        QTest::addColumn<QString>("network");
        const auto row = [](const char* text, const QString& address, const QString& prefix, const QString& network) {
            QTest::addRow("\"%s\"", text) << QString::fromUtf8(text) << address << prefix << network;
        };
        const auto address = [&](const char* text, const char* canonical) {
            row(text, QString::fromLatin1(canonical), {}, {});
        };
        const auto prefix = [&](const char* text, const char* canonical, const char* range) {
            row(text, {}, QString::fromLatin1(canonical), QString::fromLatin1(range));
        };

        // The length of a prefix: decimal, without sign, spaces or leading zeros.
        prefix("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0-10.255.255.255");
        prefix("0.0.0.0/0", "0.0.0.0/0", "0.0.0.0-255.255.255.255");
        prefix("::/0", "::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        prefix("10.0.0.1/32", "10.0.0.1/32", "10.0.0.1");
        prefix("fd00::1/128", "fd00::1/128", "fd00::1");
        for (const char* bad : {"10.0.0.0/08",
                                "10.0.0.0/008",
                                "10.0.0.0/0000000008",
                                "0.0.0.0/00",
                                "0.0.0.0/-0",
                                "10.0.0.0/+8",
                                "10.0.0.0/-8",
                                "10.0.0.0/ 8",
                                "10.0.0.0/8 ",
                                "10.0.0.0/\t8",
                                "10.0.0.0/8\n",
                                "10.0.0.0/0x8",
                                "10.0.0.0/8.0",
                                "10.0.0.0/1e1",
                                "10.0.0.0/255.0.0.0",
                                "10.0.0.0/8/8",
                                "10.0.0.0//8",
                                "10.0.0.0/",
                                "/8",
                                "/",
                                "10.0.0.1/33",
                                "10.0.0.1/128",
                                "10.0.0.1/999",
                                "10.0.0.1/4294967304",
                                "fd00::/129",
                                "fd00::/064",
                                "10.0.0.0/\u0668",
                                "10.0.0.0/\uff18"})
            row(bad, {}, {}, {});

        // The address before the slash.
        for (const char* bad : {"010.0.0.1/32", "10.0.0.0 /8", " 10.0.0.0/8", "10/8", "10.1/16", "fe80::%eth0/64",
                                "[fd00::]/64", "\uff11\uff10.0.0.0/8"})
            row(bad, {}, {}, {});

        // Host bits: a prefix keeps them; a network must not have any.
        prefix("10.0.0.1/8", "10.0.0.1/8", "");
        prefix("fd00::1/64", "fd00::1/64", "");

        // IPv4: only the strict form (RFC 6943, section 3.1.1).
        address("10.0.0.1", "10.0.0.1");
        address("0.0.0.0", "0.0.0.0");
        address("255.255.255.255", "255.255.255.255");
        for (const char* bad : {"",          " ",          "010.0.0.1",   "10.0.0.01", "10.0.0.00",    "1.2.3",
                                "1.2",       "1",          "1.2.3.4.5",   "1.2.3.",    ".1.2.3",       "1..2.3",
                                "256.0.0.1", "10.0.0.0x1", "0x0a000001",  "167772161", "+10.0.0.1",    "10.0.0.-1",
                                "10.0.0.1 ", " 10.0.0.1",  "10.0.0.1\n",  "10.0.0. 1", "10.0.0.1:123", "[10.0.0.1]",
                                "10.0.0.a",  "localhost",  "\uff11.2.3.4"})
            row(bad, {}, {}, {});

        // IPv6 (RFC 4291, section 2.2) and its canonical text (RFC 5952, section 4).
        address("::", "::");
        address("::1", "::1");
        address("FD00:0:0:0:0:0:0:1", "fd00::1");
        address("2001:0DB8::0001", "2001:db8::1");
        address("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");  // a single 0 is not shortened
        address("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
        address("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");        // the longest run is shortened
        address("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");  // the first of two runs is shortened
        address("::ffff:10.0.0.1", "::ffff:10.0.0.1");
        address("::ffff:a00:1", "::ffff:10.0.0.1");
        address("0:0:0:0:0:ffff:10.0.0.1", "::ffff:10.0.0.1");
        address("::10.0.0.1", "::10.0.0.1");
        address("fd00::10.0.0.1", "fd00::a00:1");
        for (const char* bad : {"::1%eth0",
                                "fe80::1%1",
                                "fe80::1%",
                                "[::1]",
                                "[::1]:123",
                                "::1 ",
                                " ::1",
                                ":",
                                ":::",
                                ":1",
                                "1:",
                                "::1::",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7:8::",
                                "::00001",
                                "::g",
                                "::-1",
                                "::ffff:010.0.0.1",
                                "::ffff:10.0.0",
                                "::ffff:10.0.0.1.1",
                                "::10.0.0.1:1",
                                "0x1::"})
            row(bad, {}, {}, {});
    }
    void texts() {
        QFETCH(QString, text);
        QTEST(textOf(IpAddress::parse(text)), "address");
        QTEST(textOf(IpPrefix::parse(text)), "prefix");
        QTEST(textOf(IpRange::parseNetwork(text)), "network");
    }

    /// A NUL ends a C string, but not a text here.
    void aNulByteIsNoEnd_data() {
        QTest::addColumn<QString>("text");
        const QChar nul(u'\0');
        QTest::newRow("after the address") << QStringLiteral("10.0.0.0") + nul;
        QTest::newRow("before the slash") << QStringLiteral("10.0.0.0") + nul + QStringLiteral("x/8");
        QTest::newRow("after the length") << QStringLiteral("10.0.0.0/8") + nul;
        QTest::newRow("alone") << QString(nul);
    }
    void aNulByteIsNoEnd() {
        QFETCH(QString, text);
        QVERIFY(!IpAddress::parse(text));
        QVERIFY(!IpPrefix::parse(text));
        QVERIFY(!IpRange::parseNetwork(text));
    }

    /// Every canonical text is parsed to the same value, and only canonical texts are produced.
    void canonicalTextIsReadBack_data() { texts_data(); }
    void canonicalTextIsReadBack() {
        QFETCH(QString, address);
        QFETCH(QString, prefix);
        if (!address.isEmpty()) QCOMPARE(textOf(IpAddress::parse(address)), address);
        if (!prefix.isEmpty()) QCOMPARE(textOf(IpPrefix::parse(prefix)), prefix);
    }
};

QTEST_GUILESS_MAIN(TestIpText)
#include "tst_ip_text.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Names, records, the names of addresses in reverse zones, and marks of ownership.
#include <QTest>

#include "core/ownership_mark.h"
#include "core/reverse_names.h"

using namespace fos1;
using namespace fos1::dns;

namespace {

DnsName name(const QString& text) {
    const auto parsed = DnsName::parse(text);
    if (!parsed) qFatal("%s: %s", qPrintable(text), qPrintable(parsed.error().message));
    return *parsed;
}

ZoneSpec zone(const QString& domain, const QString& network = {}) {
    ZoneSpec spec;
    spec.domain = name(domain);
    if (!network.isEmpty()) spec.network = net::IpPrefix::parse(network);
    return spec;
}

}  // namespace

class TestDnsNames : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void names_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");  // empty: refused
        const QString longLabel(63, u'a');
        const auto row = [](const char* what, const QString& text, const QString& shown) {
            QTest::newRow(what) << text << shown;
        };
        row("plain", "ntp.lan.test", "ntp.lan.test.");
        row("absolute, in another case", "NTP.Lan.TEST.", "ntp.lan.test.");
        row("the root", ".", ".");
        row("a service", "_ntp._udp.lan.test", "_ntp._udp.lan.test.");
        row("a delegated part", "0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa.");
        row("another script", QString::fromUtf8("zeit.bücher.example"), "zeit.xn--bcher-kva.example.");
        row("a label of 63 bytes", longLabel + ".test", longLabel + ".test.");
        row("a label of 64 bytes", longLabel + "a.test", "");
        row("a name of 255 bytes", QStringList(3, longLabel).join(u'.') + '.' + QString(61, u'b'),
            QStringList(3, longLabel).join(u'.') + '.' + QString(61, u'b') + '.');
        row("a name of 256 bytes", QStringList(3, longLabel).join(u'.') + '.' + QString(62, u'b'), "");
        row("nothing", "", "");
        row("an empty label", "ntp..test", "");
        row("a space", "ntp .test", "");
        row("an escape", "ntp\\.x.test", "");
        row("a line break", "ntp\n.test", "");
    }
    void names() {
        QFETCH(const QString, text);
        QFETCH(const QString, shown);
        const auto parsed = DnsName::parse(text);
        QCOMPARE(parsed ? parsed->text() : QString(), shown);
        if (!parsed) QVERIFY(!parsed.error().message.isEmpty());
    }

    void whatIsBelowWhat() {
        QVERIFY(name("ntp.lan.test").isWithin(name("lan.test")));
        QVERIFY(name("lan.test").isWithin(name("LAN.test.")));
        QVERIFY(name("lan.test").isWithin(DnsName()));
        QVERIFY(!name("ntp.vlan.test").isWithin(name("lan.test")));
        QVERIFY(!name("test").isWithin(name("lan.test")));
        QCOMPARE(name("a.b.lan.test").relativeTo(name("lan.test")), QStringLiteral("a.b"));
        QCOMPARE(name("lan.test").relativeTo(name("lan.test")), QString());
        QCOMPARE(name("lan.test").child("ntp.vlan-10")->text(), QStringLiteral("ntp.vlan-10.lan.test."));
        QCOMPARE(name("a.lan.test").parent(), name("lan.test"));
        QCOMPARE(name("a.lan.test").labelCount(), 3);
    }

    void nothingUnprintableIsShown() {
        QCOMPARE(DnsName::fromWire(QByteArray("\4a\x1b[b\4test\0", 11)).text(), QStringLiteral("a\\027[b.test."));
        QCOMPARE(DnsName::fromWire(QByteArray("\3a.b\0", 5)).text(), QStringLiteral("a\\.b."));
        QCOMPARE(textRecord({"a\"b\\\n\x9b"}).text(), QStringLiteral("\"a\\\"b\\\\\\010\\155\""));
    }

    void records_data() {
        QTest::addColumn<Record>("record");
        QTest::addColumn<QString>("text");
        QTest::newRow("A") << addressRecord(*net::IpAddress::parse("10.1.0.1")) << "A 10.1.0.1";
        QTest::newRow("AAAA") << addressRecord(*net::IpAddress::parse("fd00::1")) << "AAAA fd00::1";
        QTest::newRow("PTR") << pointerRecord(name("ntp.test")) << "PTR ntp.test.";
        QTest::newRow("SRV") << serviceRecord({1, 10, 123, name("ntp.test")}) << "SRV 1 10 123 ntp.test.";
        QTest::newRow("TXT") << textRecord({"a b", ""}) << "TXT \"a b\" \"\"";
        QTest::newRow("data that is too short") << Record{RecordType::A, "abc"} << "A \\# 3 616263";
        QTest::newRow("another type") << Record{static_cast<RecordType>(65280), "a"} << "TYPE65280 \\# 1 61";
    }
    void records() {
        QFETCH(const Record, record);
        QTEST(toText(record.type) + u' ' + record.text(), "text");
    }

    void reverse_data() {
        QTest::addColumn<QString>("zone");
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("address");
        QTest::addColumn<QString>("expected");  // empty: not in the zone
        const auto row = [](const char* what, const char* zone, const char* network, const char* address,
                            const char* expected) { QTest::newRow(what) << zone << network << address << expected; };
        row("/8", "10.in-addr.arpa", "", "10.20.0.1", "1.0.20.10.in-addr.arpa.");
        row("/24", "2.0.192.in-addr.arpa", "", "192.0.2.7", "7.2.0.192.in-addr.arpa.");
        row("another network", "2.0.192.in-addr.arpa", "", "192.0.3.7", "");
        row("a range", "64-127.2.0.192.in-addr.arpa", "", "192.0.2.65", "65.64-127.2.0.192.in-addr.arpa.");
        row("outside the range", "64-127.2.0.192.in-addr.arpa", "", "192.0.2.128", "");
        row("a length", "128/25.2.0.192.in-addr.arpa", "", "192.0.2.129", "129.128/25.2.0.192.in-addr.arpa.");
        row("one address", "7-7.2.0.192.in-addr.arpa", "", "192.0.2.7", "7.7-7.2.0.192.in-addr.arpa.");
        row("as configured", "customer.example", "192.0.2.0/26", "192.0.2.9", "9.customer.example.");
        row("as configured, wider", "rev.example", "10.20.0.0/16", "10.20.3.9", "9.3.rev.example.");
        row("no range", "0-100.2.0.192.in-addr.arpa", "", "192.0.2.1", "");
        row("IPv6 /48", "1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "", "2001:db8:1::53",
            "3.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.");
        row("IPv6, within a nibble of another", "2.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "", "2001:db8:1::53", "");
        row("the other family", "10.in-addr.arpa", "", "fd00::1", "");
    }
    void reverse() {
        QFETCH(const QString, zone);
        QFETCH(const QString, network);
        QFETCH(const QString, address);
        const auto found = reverseName(*net::IpAddress::parse(address), ::zone(zone, network));
        QTEST(found ? found->text() : QString(), "expected");
    }

    void zonesThatDoNotTell() {
        QVERIFY(!networkOf(zone("0-100.2.0.192.in-addr.arpa")));
        QVERIFY(!networkOf(zone("x.2.0.192.in-addr.arpa")));
        QVERIFY(!networkOf(zone("12.ip6.arpa")));
        QVERIFY(isReverse(zone("customer.example", "192.0.2.0/26")) && !isReverse(zone("customer.example")));
    }

    void marksMapBackOneToOne() {
        const Mark mark{
            "router-a",
            {addressRecord(*net::IpAddress::parse("10.1.0.1")), addressRecord(*net::IpAddress::parse("fd00::1")),
             serviceRecord({0, 10, 123, name("ntp.test")}), pointerRecord(name("a-ntp.test"))}};
        QCOMPARE(markFrom(markRecord(mark)), std::optional(mark));
        QCOMPARE(markRecord({"a", {}}).text(), QStringLiteral("\"heritage=fos1-host\" \"owner=a\" \"service=ntp\""));
    }

    void othersMarksAreNotOurs() {
        QVERIFY(!markFrom(textRecord({"v=spf1 -all"})));
        QVERIFY(!markFrom(textRecord({"heritage=external-dns,external-dns/owner=x"})));
        QVERIFY(!markFrom(textRecord({"heritage=fos1-host"})));
        // A later version may say more.
        const auto later = markFrom(textRecord({"heritage=fos1-host", "owner=b", "new=1", "A=10.1.0.1", "A=fd00::1"}));
        QVERIFY(later && later->owner == "b" && later->records.size() == 1);
    }
};

QTEST_APPLESS_MAIN(TestDnsNames)
#include "tst_dns_names.moc"

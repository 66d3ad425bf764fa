// SPDX-License-Identifier: GPL-2.0-or-later
#include <QRandomGenerator>
#include <QStringList>
#include <QTest>
#include <optional>
#include <vector>

#include "ip_range.h"

using namespace fos1::net;

namespace {

std::vector<OwnedRange> owned(const QStringList& networks) {
    std::vector<OwnedRange> list;
    for (const QString& network : networks) {
        const auto range = IpRange::parseNetwork(network);
        if (!range) qFatal("%s", qPrintable(network));
        list.push_back({*range, list.size()});
    }
    return list;
}

}  // namespace

class TestIpRange : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void parses_data() {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("range");
        const auto row = [](const char* network, const char* range) {
            QTest::newRow(network) << QString::fromLatin1(network) << QString::fromLatin1(range);
        };
        row("10.0.0.0/8", "10.0.0.0-10.255.255.255");
        row("10.0.0.7/32", "10.0.0.7");
        row("0.0.0.0/0", "0.0.0.0-255.255.255.255");
        row("fd00::/126", "fd00::-fd00::3");
        row("::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        for (const char* bad : {"10.0.0.1/8", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/+8", "10.0.0.0/", "/8", "10.1/16",
                                "fd00::/129", "fd00::1/64", "fd00::%lo/64", "x/8", ""})
            row(bad, "");
    }
    void parses() {
        QFETCH(const QString, network);
        const auto range = IpRange::parseNetwork(network);
        QTEST(range ? range->text() : QString(), "range");
    }

    void hostBitsOfAPrefixDoNotCount() {
        const auto prefix = IpPrefix::parse(QStringLiteral("10.1.2.3/16"));
        QVERIFY(prefix);
        QCOMPARE(IpRange::of(*prefix).text(), QStringLiteral("10.1.0.0-10.1.255.255"));
    }

    void theSmallestNetworkDecides_data() {
        QTest::addColumn<QStringList>("networks");
        QTest::addColumn<QStringList>("expected");
        QTest::newRow("none") << QStringList{} << QStringList{};
        QTest::newRow("apart") << QStringList{"10.1.0.0/16", "10.3.0.0/16"}
                               << QStringList{"10.1.0.0-10.1.255.255=0", "10.3.0.0-10.3.255.255=1"};
        QTest::newRow("a hole") << QStringList{"10.0.0.0/24", "10.0.0.8/32"}
                                << QStringList{"10.0.0.0-10.0.0.7=0", "10.0.0.8=1", "10.0.0.9-10.0.0.255=0"};
        QTest::newRow("at the edges") << QStringList{"10.0.0.0/30", "10.0.0.0/32", "10.0.0.3/32"}
                                      << QStringList{"10.0.0.0=1", "10.0.0.1-10.0.0.2=0", "10.0.0.3=2"};
        QTest::newRow("hidden") << QStringList{"10.0.0.0/31", "10.0.0.0/32", "10.0.0.1/32"}
                                << QStringList{"10.0.0.0=1", "10.0.0.1=2"};
        QTest::newRow("the first has it")
            << QStringList{"10.0.0.0/31", "10.0.0.0/31"} << QStringList{"10.0.0.0-10.0.0.1=0"};
        QTest::newRow("everything") << QStringList{"0.0.0.0/0", "128.0.0.0/1", "::/0"}
                                    << QStringList{"0.0.0.0-127.255.255.255=0", "128.0.0.0-255.255.255.255=1",
                                                   "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff=2"};
    }
    void theSmallestNetworkDecides() {
        QFETCH(const QStringList, networks);
        QStringList said;
        for (const OwnedRange& each : disjoint(owned(networks)))
            said.append(QStringLiteral("%1=%2").arg(each.range.text()).arg(each.owner));
        QTEST(said, "expected");
    }

    void neighboursOfOneOwnerAreOne() {
        auto networks = owned({"10.0.0.0/25", "10.0.0.128/25"});
        networks[1].owner = 0;
        const auto ranges = disjoint(networks);
        QCOMPARE(ranges.size(), std::size_t(1));
        QCOMPARE(ranges[0].range.text(), QStringLiteral("10.0.0.0-10.0.0.255"));
    }

    /// Compares with the definition, address by address, in a /24.
    void asTheDefinitionSays() {
        QRandomGenerator random(4711);
        for (int round = 0; round < 300; ++round) {
            QStringList networks;
            for (int i = 0; i < 12; ++i) {
                const int length = 24 + random.bounded(9);
                const int host = random.bounded(256) & (0xff << (32 - length));
                networks.append(QStringLiteral("10.0.0.%1/%2").arg(host).arg(length));
            }
            const auto all = owned(networks);
            const auto ranges = disjoint(all);
            for (int host = 0; host < 256; ++host) {
                const auto one = *IpRange::parseNetwork(QStringLiteral("10.0.0.%1/32").arg(host));
                std::optional<OwnedRange> best;
                for (const OwnedRange& each : all)
                    if (each.range.contains(one) &&
                        (!best || (each.range != best->range && best->range.contains(each.range))))
                        best = each;
                int hits = 0;
                for (const OwnedRange& each : ranges)
                    if (each.range.contains(one)) {
                        ++hits;
                        QVERIFY(best && each.owner == best->owner);
                    }
                QCOMPARE(hits, best ? 1 : 0);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestIpRange)
#include "tst_ip_range.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Clients are summed up by the network that they are in.
#include <QTest>

#include "core/client_aggregate.h"
#include "core/client_places.h"

using namespace fos1::ntp;

namespace {

using Totals = std::map<QString, ClientTotals>;

ClientRecord client(const char* address, quint32 requests = 1, quint32 dropped = 0) {
    const IpAddress ip = IpAddress::parse(QString::fromLatin1(address)).value_or(IpAddress());
    ClientRecord record;
    record.address.kind = ip.family == AddressFamily::Inet6 ? SourceAddressKind::Inet6 : SourceAddressKind::Inet4;
    record.address.bytes = ip.bytes;
    record.ntpRequests = requests;
    record.ntpDropped = dropped;
    return record;
}

NamedPrefixes vlans() {
    NamedPrefixes table;
    const std::pair<const char*, const char*> networks[] = {{"10.1.0.0/16", "vlan-10"},
                                                            {"10.1.20.0/24", "vlan-20"},
                                                            {"fd00:10::/64", "vlan-10"},
                                                            {"10.3.0.0/16", "vlan-30"}};
    for (const auto& [network, name] : networks)
        table.set(*IpPrefix::parse(QString::fromLatin1(network)), QString::fromLatin1(name));
    return table;
}

const NamedPrefixes kVlans = vlans();

}  // namespace

class TestClientAggregate : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void nobody() { QVERIFY((aggregateClients({}, kVlans) == Totals{{kOtherClients, {}}})); }

    void belongsTo_data() {
        QTest::addColumn<QByteArray>("address");
        QTest::addColumn<QString>("name");
        QTest::newRow("a network") << QByteArray("10.1.1.1") << QStringLiteral("vlan-10");
        QTest::newRow("the longest of two") << QByteArray("10.1.20.9") << QStringLiteral("vlan-20");
        QTest::newRow("IPv6") << QByteArray("fd00:10::7") << QStringLiteral("vlan-10");
        QTest::newRow("none") << QByteArray("192.0.2.1") << kOtherClients;
        QTest::newRow("none of IPv6") << QByteArray("fd00:11::7") << kOtherClients;
    }
    void belongsTo() {
        QFETCH(QByteArray, address);
        QFETCH(QString, name);
        const Totals totals = aggregateClients({client(address.constData(), 5, 2)}, kVlans);
        for (const auto& [each, sum] : totals)
            QVERIFY2((sum == (each == name ? ClientTotals{1, 5, 2} : ClientTotals{})), qPrintable(each));
    }

    void sums() {
        const Totals totals = aggregateClients(
            {client("10.1.1.1", 4000000000u, 1), client("10.1.1.2", 4000000000u, 2), client("fd00:10::1", 1, 0)},
            kVlans);
        QVERIFY((totals.at(QStringLiteral("vlan-10")) == ClientTotals{3, 8000000001, 3}));
    }

    /// However many VLANs there are, there are so many series and no more.
    void manyNames() {
        NamedPrefixes table;
        std::vector<ClientRecord> clients;
        for (int i = 0; i < 700; ++i) {
            const QString network = QStringLiteral("10.%1.%2.").arg(i / 200).arg(i % 200);
            table.set(*IpPrefix::parse(network + QStringLiteral("0/24")),
                      QStringLiteral("vlan-%1").arg(i, 4, 10, QLatin1Char('0')));
            clients.push_back(client((network + u'7').toLatin1().constData(), 2));
        }
        const Totals totals = aggregateClients(clients, table);
        QCOMPARE(totals.size(), kMostClientNames + 1);
        QCOMPARE(totals.at(kOtherClients).clients, 200);
        QCOMPARE(totals.at(kOtherClients).requests, 400);
    }

    /// Among them the plugin, which asks its own addresses in every VLAN.
    void programsOfThisNodeAreInNoVlan() {
        const Totals totals =
            aggregateClients({client("10.1.1.1", 9), client("10.1.0.1", 5, 2), client("127.0.0.1", 1)}, kVlans,
                             {*IpAddress::parse(QStringLiteral("10.1.0.1"))});
        QVERIFY((totals.at(QStringLiteral("vlan-10")) == ClientTotals{1, 9, 0}));
        QVERIFY((totals.at(kThisNode) == ClientTotals{2, 6, 2}));
        QVERIFY(totals.at(kOtherClients) == ClientTotals{});
    }

    void whoAskedForNoTimeIsLeftOut() {
        ClientRecord administrator = client("10.1.1.1", 0);
        administrator.commands = 9;
        QVERIFY(aggregateClients({administrator, ClientRecord{}}, kVlans) == aggregateClients({}, kVlans));
    }
};

QTEST_GUILESS_MAIN(TestClientAggregate)
#include "tst_client_aggregate.moc"

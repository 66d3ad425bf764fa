// SPDX-License-Identifier: GPL-2.0-or-later
// Which clients of a log are held and in which order, and where a client is.
#include <QTest>
#include <QtEndian>

#include "core/client_places.h"
#include "core/client_ranking.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

SourceAddress address(const char* text) {
    const auto ip = IpAddress::parse(QString::fromLatin1(text));
    return {ip->family == AddressFamily::Inet4 ? SourceAddressKind::Inet4 : SourceAddressKind::Inet6, ip->bytes};
}

ClientRecord client(const char* text, quint32 requests, quint32 drops, std::optional<std::chrono::seconds> age) {
    ClientRecord record;
    record.address = address(text);
    record.ntpRequests = requests;
    record.ntpDropped = drops;
    record.sinceNtp = age;
    return record;
}

QString listed(const ClientRanking& ranking) {
    QStringList list;
    for (const ListedClient& each : ranking.best()) list.append(each.record.address.ip()->text());
    return list.join(u' ');
}

}  // namespace

class TestClientRanking : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void views_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");  // empty: refused
        const auto row = [](const char* text, const char* expected) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(expected);
        };
        row("", "recent 20");
        row("recent", "recent 20");
        row("requests", "requests 20");
        row("drops:7", "drops 7");
        row("50", "recent 50");
        row("requests:1000", "requests 1000");
        row("requests:1001", "");
        row("0", "");
        row("recent:", "");
        row("recent:0", "");
        row("requests:-1", "");
        row("requests:1:2", "");
        row("7:8", "");
        row(":7", "");
        row("Recent", "");
        row("default/main", "");
        row("99999999999999999999", "");
    }
    void views() {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        const auto view = clientViewFrom(text);
        QCOMPARE(view ? QStringLiteral("%1 %2").arg(toText(view->order)).arg(view->most) : QString(), expected);
        if (!view) QVERIFY(view.error().message.contains(QStringLiteral("requests:100")));
    }

    void orders_data() {
        QTest::addColumn<ClientOrder>("order");
        QTest::addColumn<QString>("expected");
        QTest::newRow("recent") << ClientOrder::Recent << "10.0.0.4 10.0.0.2 10.0.0.3";
        QTest::newRow("requests") << ClientOrder::Requests << "10.0.0.1 10.0.0.2 10.0.0.3";
        QTest::newRow("drops") << ClientOrder::Drops << "10.0.0.3 10.0.0.1 10.0.0.2";
    }
    void orders() {
        QFETCH(ClientOrder, order);
        QFETCH(QString, expected);
        ClientRecord byKeys = client("10.0.0.4", 0, 0, {});
        byKeys.sinceKeyExchange = 1s;
        std::vector<ClientRecord> all{client("10.0.0.5", 0, 0, {}), client("10.0.0.1", 9, 1, 90s),
                                      client("10.0.0.3", 5, 2, 20s), client("10.0.0.2", 5, 0, 20s), byKeys};
        // Whatever the order in the log is.
        std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
        do {
            ClientRanking ranking({order, 3});
            for (const ClientRecord& each : all) ranking.add(each, QStringLiteral("x"));
            QCOMPARE(listed(ranking), expected);
            QCOMPARE(ranking.count(), 5u);
        } while (std::next_permutation(all.begin(), all.end(),
                                       [](const auto& a, const auto& b) { return a.address < b.address; }));
    }

    /// Of any number of clients only those that are shown are held.
    void manyClients() {
        ClientRanking ranking({ClientOrder::Requests, 1000});
        ClientRecord record = client("10.0.0.0", 0, 1, 1s);
        for (quint32 i = 0; i < 200'000; ++i) {
            const quint32 big = qToBigEndian(i);
            std::memcpy(record.address.bytes.data(), &big, sizeof big);
            record.ntpRequests = i * 7919 % 200'003;
            ranking.add(record, i % 2 == 0 ? QStringLiteral("staff") : QStringLiteral("guests"));
        }
        const std::vector<ListedClient> best = ranking.best();
        QCOMPARE(best.size(), std::size_t{1000});
        QVERIFY(std::is_sorted(best.begin(), best.end(), [](const ListedClient& a, const ListedClient& b) {
            return a.record.ntpRequests > b.record.ntpRequests;
        }));
        QVERIFY(best.back().record.ntpRequests >= 198'000);
        QCOMPARE(ranking.places().size(), std::size_t{2});
        QCOMPARE(ranking.places().at(QStringLiteral("staff")).clients, 100'000);
        QCOMPARE(ranking.places().at(QStringLiteral("guests")).dropped, 100'000);
    }

    void places_data() {
        QTest::addColumn<QByteArray>("client");
        QTest::addColumn<QString>("place");
        QTest::newRow("VLAN") << QByteArray("10.1.0.7") << "staff";
        QTest::newRow("longest prefix") << QByteArray("10.1.5.7") << "cameras";
        QTest::newRow("IPv6") << QByteArray("fd00:1::7") << "staff";
        QTest::newRow("no VLAN") << QByteArray("192.0.2.1") << kOtherClients;
        QTest::newRow("own address in a VLAN") << QByteArray("10.1.0.1") << kThisNode;
        QTest::newRow("own IPv6 address") << QByteArray("fd00:1::1") << kThisNode;
        QTest::newRow("loopback") << QByteArray("127.0.9.9") << kThisNode;
    }
    void places() {
        QFETCH(QByteArray, client);
        QFETCH(QString, place);
        NamedPrefixes vlans;
        vlans.set(*IpPrefix::parse(QStringLiteral("10.1.0.0/16")), QStringLiteral("staff"));
        vlans.set(*IpPrefix::parse(QStringLiteral("10.1.5.0/24")), QStringLiteral("cameras"));
        vlans.set(*IpPrefix::parse(QStringLiteral("fd00:1::/64")), QStringLiteral("staff"));
        const ClientPlaces places(
            {*IpAddress::parse(QStringLiteral("fd00:1::1")), *IpAddress::parse(QStringLiteral("10.1.0.1"))});
        ClientRecord record;
        record.address = address(client.constData());
        QCOMPARE(places.of(record, vlans), place);
        record.address = {};
        QCOMPARE(places.of(record, vlans), kOtherClients);
    }
};

QTEST_GUILESS_MAIN(TestClientRanking)
#include "tst_client_ranking.moc"

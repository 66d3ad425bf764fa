// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the clients: chronyc's columns, the VLAN of each, sums by VLAN, and what is missing.
#include <QTest>

#include "core/client_places.h"
#include "fos1/page.h"
#include "pages/clients_page.h"
#include "support/page_reading.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;

namespace {

ClientRecord record(quint8 last, quint32 requests) {
    ClientRecord record;
    record.address = {SourceAddressKind::Inet4, {10, 0, 0, last}};
    record.ntpRequests = requests;
    return record;
}

}  // namespace

class TestClientsPage : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void columns() {
        ClientRecord first = record(7, 94);
        first.ntpDropped = 3;
        first.ntpInterval = 6;
        first.ntpLimitedInterval = -4;
        first.sinceNtp = 12s;
        first.keyExchanges = 2;
        first.keyExchangesDropped = 1;
        first.sinceKeyExchange = 300s;
        ClientRanking ranking({ClientOrder::Requests, 20});
        ranking.add(record(1, 500), kThisNode);
        ranking.add(first, QStringLiteral("staff"));
        const QCborMap page = clientsPage({ranking});
        QVERIFY(page::check(page));
        QCOMPARE(valueOf(page, "Clients").toInteger(), 2);
        QCOMPARE(valueOf(page, "Shown").toInteger(), 2);
        QCOMPARE(field(page, "Shown").value(QStringLiteral("note")).toString(), QStringLiteral("most requests first"));
        QVERIFY(field(page, "Records dropped").isEmpty());
        QCOMPARE(cellsOf(page, 0, 1), (QCborArray{kThisNode, 1, 500, 0}));
        QCOMPARE(cellsOf(page, 1, 1), (QCborArray{QStringLiteral("staff"), 1, 94, 3}));
        QCOMPARE(cellsOf(page, 0, 2).at(1).toString(), kThisNode);
        QCOMPARE(cellsOf(page, 1, 2), (QCborArray{QStringLiteral("10.0.0.7"), QStringLiteral("staff"), 94, 3,
                                                  qint64{64'000'000'000}, 62'500'000, 12, 2, 1, 300, 0, 0}));
    }

    void whatIsMissingIsSaid() {
        const ClientRanking none({});
        const QCborMap page = clientsPage({none, false, 5});
        QVERIFY(page::check(page));
        QVERIFY(field(page, "Clients").value(QStringLiteral("trouble")).toBool());
        QVERIFY(
            field(page, "Clients").value(QStringLiteral("note")).toString().contains(QStringLiteral("time was up")));
        QCOMPARE(valueOf(page, "Records dropped").toInteger(), 5);
        QVERIFY(field(page, "Records dropped")
                    .value(QStringLiteral("note"))
                    .toString()
                    .contains(QStringLiteral("clientloglimit")));
        QCOMPARE(rowsOf(page, 1).size(), 0);
    }

    void withoutALog() {
        QVERIFY(errorOf(noClientLogPage(true)).contains(QStringLiteral("noclientlog")));
        QVERIFY(errorOf(noClientLogPage(false)).contains(QStringLiteral("spec.server.interleaved is false")));
    }

    /// The most that may be asked for fits on a page, and thousands of VLANs have one line in the end.
    void theLargestPageFits() {
        ClientRanking ranking({ClientOrder::Recent, ClientView::kMost});
        ClientRecord large;
        large.address.kind = SourceAddressKind::Inet6;
        large.address.bytes.fill(0xfd);
        large.ntpRequests = large.ntpDropped = large.keyExchanges = large.keyExchangesDropped = 0xffffffff;
        large.commands = large.commandsDropped = 0xffffffff;
        large.ntpInterval = large.ntpLimitedInterval = 32;
        large.sinceNtp = large.sinceKeyExchange = large.sinceCommand = 4'000'000'000s;
        for (int i = 0; i < 3000; ++i) {
            large.address.bytes[14] = static_cast<quint8>(i >> 8);
            large.address.bytes[15] = static_cast<quint8>(i);
            ranking.add(large, QStringLiteral("a-vlan-with-a-name-as-long-as-a-label-in-dns-may-be-%1").arg(i, 10));
        }
        const QCborMap page = clientsPage({ranking});
        const auto good = page::check(page);
        QVERIFY2(good.has_value(), good ? "" : qPrintable(good.error().text()));
        QCOMPARE(rowsOf(page, 2).size(), 1000);
        QCOMPARE(rowsOf(page, 1).size(), 21);
        QCOMPARE(cellsOf(page, 20, 1).at(0).toString(), QStringLiteral("2980 more VLANs"));
        QCOMPARE(cellsOf(page, 20, 1).at(1).toInteger(), 2980);
    }
};

QTEST_GUILESS_MAIN(TestClientsPage)
#include "tst_clients_page.moc"

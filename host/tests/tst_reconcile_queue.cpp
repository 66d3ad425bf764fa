// SPDX-License-Identifier: GPL-2.0-or-later
// The reconcile queue: nothing runs before open(); requests are coalesced, one runs at a time, back-off has a cap and
// jitter.
#include <QTest>

#include "resources/reconcile_queue.h"

using namespace fos1;
using namespace fos1::host;
using namespace std::chrono_literals;

class TestReconcileQueue : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void backoff_data() {
        QTest::addColumn<int>("failures");
        QTest::addColumn<double>("random");
        QTest::addColumn<qint64>("ms");
        QTest::newRow("first, low") << 1 << 0.0 << qint64{160};
        QTest::newRow("first, high") << 1 << 1.0 << qint64{240};
        QTest::newRow("third") << 3 << 0.5 << qint64{800};
        QTest::newRow("capped") << 12 << 0.5 << qint64{60'000};
        QTest::newRow("far beyond") << 1'000'000 << 1.0 << qint64{72'000};
    }
    void backoff() {
        QFETCH(int, failures);
        QFETCH(double, random);
        QFETCH(qint64, ms);
        QCOMPARE(qint64{backoffDelay(failures, random).count()}, ms);
    }

    void nothingRunsBeforeItIsOpen() {
        QStringList runs;
        ReconcileQueue queue([&](const QString& plugin, Ticket) { runs.append(plugin); });
        queue.request("a");
        QCoreApplication::processEvents();
        QVERIFY(runs.isEmpty());
        queue.open();
        QTRY_COMPARE(runs, QStringList{"a"});
    }

    void requestsAreCoalescedAndOneRunsAtATime() {
        std::vector<Ticket> tickets;
        ReconcileQueue queue([&](const QString&, Ticket ticket) { tickets.push_back(ticket); });
        queue.open();
        for (int i = 0; i < 100; ++i) queue.request("a");
        QTRY_COMPARE(tickets.size(), 1U);
        for (int i = 0; i < 100; ++i) queue.request("a");
        QCoreApplication::processEvents();
        QCOMPARE(tickets.size(), 1U);
        QVERIFY(queue.complete(tickets[0], Outcome::Ok, 0ms));
        QTRY_COMPARE(tickets.size(), 2U);
        QVERIFY(queue.complete(tickets[1], Outcome::Ok, 0ms));
        QCoreApplication::processEvents();
        QCOMPARE(tickets.size(), 2U);
    }

    void aTicketCountsOnce() {
        std::vector<Ticket> tickets;
        ReconcileQueue queue([&](const QString&, Ticket ticket) { tickets.push_back(ticket); });
        queue.open();
        queue.request("a");
        QTRY_COMPARE(tickets.size(), 1U);
        QVERIFY(!queue.complete(tickets[0] + 1, Outcome::Ok, 0ms));
        QVERIFY(queue.complete(tickets[0], Outcome::Ok, 0ms));
        QVERIFY(!queue.complete(tickets[0], Outcome::Ok, 0ms));
    }

    void retryComesBackAndANewRequestEndsTheBackoff() {
        std::vector<Ticket> tickets;
        ReconcileQueue queue([&](const QString&, Ticket ticket) { tickets.push_back(ticket); });
        queue.open();
        queue.request("a");
        QTRY_COMPARE(tickets.size(), 1U);
        queue.complete(tickets[0], Outcome::Retry, 5ms);
        QTRY_COMPARE(tickets.size(), 2U);
        queue.complete(tickets[1], Outcome::Retry, 3600s);
        queue.request("a");
        QTRY_COMPARE(tickets.size(), 3U);
        queue.complete(tickets[2], Outcome::Failed, 0ms);
        QTest::qWait(0);
        QCOMPARE(tickets.size(), 3U);
    }

    void aPluginMayBeDroppedFromItsOwnRun() {
        int runs = 0;
        std::unique_ptr<ReconcileQueue> queue;
        queue = std::make_unique<ReconcileQueue>([&](const QString& plugin, Ticket) {
            ++runs;
            queue->drop(plugin);
        });
        queue->open();
        queue->request("a");
        QTRY_COMPARE(runs, 1);
        queue->request("a");
        QTRY_COMPARE(runs, 2);
    }

    void aDroppedPluginIsForgotten() {
        std::vector<Ticket> tickets;
        ReconcileQueue queue([&](const QString&, Ticket ticket) { tickets.push_back(ticket); });
        queue.open();
        queue.request("a");
        QTRY_COMPARE(tickets.size(), 1U);
        queue.drop("a");
        QVERIFY(!queue.complete(tickets[0], Outcome::Retry, 1ms));
    }
};

QTEST_GUILESS_MAIN(TestReconcileQueue)
#include "tst_reconcile_queue.moc"

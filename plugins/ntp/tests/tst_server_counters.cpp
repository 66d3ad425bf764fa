// SPDX-License-Identifier: GPL-2.0-or-later
// Counters grow whatever chronyd does.
#include <QTest>

#include "core/server_counters.h"

using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

const std::chrono::steady_clock::time_point kStart{1h};

ServerStatistics requests(quint64 count) {
    ServerStatistics statistics;
    statistics.ntpReceived = count;
    return statistics;
}

}  // namespace

class TestServerCounters : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void count_data() {
        QTest::addColumn<QList<qulonglong>>("reported");
        QTest::addColumn<qulonglong>("total");
        QTest::newRow("nothing") << QList<qulonglong>{} << 0ull;
        QTest::newRow("first") << QList<qulonglong>{7} << 7ull;
        QTest::newRow("grows") << QList<qulonglong>{7, 7, 10} << 10ull;
        QTest::newRow("began anew") << QList<qulonglong>{10, 3, 4} << 14ull;
        QTest::newRow("began anew at 0") << QList<qulonglong>{10, 0, 0, 2} << 12ull;
        QTest::newRow("wrapped at 32 bits") << QList<qulonglong>{0xffffffffull, 5} << 0x100000004ull;
    }
    void count() {
        QFETCH(QList<qulonglong>, reported);
        QFETCH(qulonglong, total);
        MonotonicCount count;
        quint64 before = 0;
        for (const qulonglong each : reported) {
            count.take(each);
            QVERIFY(count.total() >= before);
            before = count.total();
        }
        QCOMPARE(count.total(), quint64{total});
    }

    /// The new chronyd has counted further than the old one by the next look.
    void startIsKnown() {
        ServerCounters counters;
        counters.take(requests(10), kStart);
        counters.beginAnew();
        counters.take(requests(25), kStart + 2s);
        QCOMPARE(counters.totals().ntpReceived, 35u);
        QVERIFY(!counters.milliRequestsPerSecond());
    }

    void everyCountIsKept() {
        const ServerStatistics once{1, 2, 3, 4, 5, 6, 7, 8, 9, {}, {}};
        ServerCounters counters;
        counters.take(once, kStart);
        QVERIFY(counters.totals() == once);
        counters.beginAnew();
        counters.take(once, kStart + 1s);
        QVERIFY((counters.totals() == ServerStatistics{2, 4, 6, 8, 10, 12, 14, 16, 18, {}, {}}));
    }

    void timestampsAreKept() {
        ServerStatistics once;
        once.timestamps = ServerTimestamps{1, 2, 3, 4, 5, 6};
        ServerCounters counters;
        counters.take(requests(1), kStart);
        QVERIFY(!counters.totals().timestamps);
        counters.take(once, kStart + 1s);
        QVERIFY(counters.totals().timestamps == once.timestamps);
        counters.beginAnew();
        counters.take(once, kStart + 2s);
        QVERIFY((counters.totals().timestamps == ServerTimestamps{2, 4, 6, 8, 10, 12}));
    }

    void whatIsNotReportedIsAbsent() {
        ServerCounters counters;
        counters.take(requests(1), kStart);
        QVERIFY(!counters.totals().ntpInterleaved);
    }

    void rate() {
        ServerCounters counters;
        counters.take(requests(1000), kStart);
        QVERIFY(!counters.milliRequestsPerSecond());
        counters.take(requests(1003), kStart + 2s);
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(1500));
        counters.take(requests(1003), kStart + 3s);
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(0));
        counters.take(requests(5), kStart + 4s);  // began anew: five since then
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(5000));
        counters.take(requests(9), kStart + 4s);  // no time has passed
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(5000));
    }

    /// chronyd counts the questions with which the plugin finds out whether clients are answered.
    void ourOwnQuestionsAreNoRequests() {
        ServerCounters counters;
        counters.take(requests(10), kStart, 4);
        QCOMPARE(counters.totals().ntpReceived, quint64{6});
        counters.take(requests(20), kStart + 1s, 14);  // nobody else asked
        QCOMPARE(counters.totals().ntpReceived, quint64{6});
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(0));
        // Our answer is known before chronyd's count of it, and a counter never goes back.
        counters.take(requests(20), kStart + 2s, 15);
        QCOMPARE(counters.totals().ntpReceived, quint64{6});
        counters.take(requests(23), kStart + 3s, 15);
        QCOMPARE(counters.totals().ntpReceived, quint64{8});
        QCOMPARE(counters.milliRequestsPerSecond(), std::optional<qint64>(2000));
        counters.take(requests(23), kStart + 4s, 1000);
        QCOMPARE(counters.totals().ntpReceived, quint64{8});
    }
};

QTEST_GUILESS_MAIN(TestServerCounters)
#include "tst_server_counters.moc"

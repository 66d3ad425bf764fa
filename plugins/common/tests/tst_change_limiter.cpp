// SPDX-License-Identifier: GPL-2.0-or-later
// Which changes are applied and when, step by step in time.
#include <QTest>

#include "change_limiter.h"

using namespace fos1::bridge;
using namespace std::chrono_literals;

namespace {

const QString kA = QStringLiteral("a");
const QString kB = QStringLiteral("b");
const ChangeLimiter::TimePoint kStart{};

struct Step {
    std::chrono::milliseconds at;
    std::chrono::milliseconds goesIn;
};

}  // namespace

Q_DECLARE_METATYPE(std::vector<Step>)

class TestChangeLimiter : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void inTime_data() {
        QTest::addColumn<int>("burst");
        QTest::addColumn<std::vector<Step>>("steps");
        QTest::addColumn<quint64>("suppressed");
        const auto row = [](const char* name, int burst, const std::vector<Step>& steps, quint64 suppressed) {
            QTest::newRow(name) << burst << steps << suppressed;
        };
        row("one", 1, {{0ms, 0ms}}, 0);
        row("slow enough", 1, {{0ms, 0ms}, {10s, 0ms}, {20s, 0ms}}, 0);
        row("the second waits", 1, {{0ms, 0ms}, {1s, 9s}}, 0);
        row("the last one takes its place", 1, {{0ms, 0ms}, {1s, 9s}, {4s, 6s}, {9'999ms, 1ms}}, 2);
        row("what has waited has gone", 1, {{0ms, 0ms}, {1s, 9s}, {10s, 10s}, {11s, 9s}}, 1);
        row("some at once, then one each", 3, {{0ms, 0ms}, {0ms, 0ms}, {1ms, 0ms}, {2ms, 9'998ms}, {5s, 5s}}, 1);
        row("and after a rest some at once again", 2, {{0ms, 0ms}, {0ms, 0ms}, {20s, 0ms}, {20s, 0ms}, {20s, 10s}}, 0);
        row("half a rest, half as many", 2, {{0ms, 0ms}, {0ms, 0ms}, {10s, 0ms}, {10s, 10s}}, 0);
        row("a rest saves no more than the burst", 2, {{0ms, 0ms}, {24h, 0ms}, {24h, 0ms}, {24h, 10s}}, 0);
    }
    void inTime() {
        QFETCH(const int, burst);
        QFETCH(const std::vector<Step>, steps);
        ChangeLimiter limiter(burst, 10s);
        for (const Step& step : steps)
            QCOMPARE(limiter.admit(kA, kStart + step.at).count(), std::chrono::milliseconds(step.goesIn).count());
        QTEST(limiter.suppressed(), "suppressed");
    }

    /// 30 s of changes, two per second: the first is applied, and then the last of each interval.
    void flutter() {
        ChangeLimiter limiter(1, 10s);
        int gone = 0;
        for (auto at = 0ms; at < 30s; at += 500ms) {
            gone += static_cast<int>(limiter.takeDue(kStart + at).size());
            if (limiter.admit(kA, kStart + at) == 0ms) ++gone;
        }
        gone += static_cast<int>(limiter.takeDue(kStart + 40s).size());
        QCOMPARE(gone, 4);
        QCOMPARE(limiter.suppressed(), quint64(60 - 4));
    }

    void eachKeyForItself() {
        ChangeLimiter limiter(1, 10s);
        QVERIFY(!limiter.nextIn(kStart));
        QCOMPARE(limiter.admit(kA, kStart).count(), 0);
        QCOMPARE(limiter.admit(kB, kStart + 2s).count(), 0);
        QVERIFY(!limiter.nextIn(kStart + 2s));
        QVERIFY(limiter.admit(kB, kStart + 3s) == 9s);
        QVERIFY(limiter.admit(kA, kStart + 4s) == 6s);
        QVERIFY(limiter.nextIn(kStart + 4s) == 6s);
        QVERIFY(limiter.takeDue(kStart + 9s).empty());
        QCOMPARE(limiter.takeDue(kStart + 10s), std::vector<QString>{kA});
        QVERIFY(limiter.nextIn(kStart + 10s) == 2s);
        // A late call still returns the due change.
        QVERIFY(limiter.nextIn(kStart + 1h) == 0ms);
        QCOMPARE(limiter.takeDue(kStart + 1h), std::vector<QString>{kB});
        QVERIFY(!limiter.nextIn(kStart + 1h) && limiter.takeDue(kStart + 1h).empty());
    }

    void whatIsWithdrawnDoesNotGo() {
        ChangeLimiter limiter(1, 10s);
        limiter.withdraw(kA);
        QCOMPARE(limiter.admit(kA, kStart).count(), 0);
        limiter.withdraw(kA);
        QCOMPARE(limiter.suppressed(), quint64(0));
        QVERIFY(limiter.admit(kA, kStart + 1s) == 9s);
        limiter.withdraw(kA);
        QVERIFY(!limiter.nextIn(kStart + 1s));
        QCOMPARE(limiter.suppressed(), quint64(1));
    }

    /// Keys come and go. Idle ones are not kept; waiting ones are.
    void manyKeys() {
        ChangeLimiter limiter(1, 10s);
        QCOMPARE(limiter.admit(kA, kStart).count(), 0);
        QVERIFY(limiter.admit(kA, kStart) == 10s);
        for (int i = 0; i < 10'000; ++i) QCOMPARE(limiter.admit(QString::number(i), kStart + i * 1ms).count(), 0);
        QCOMPARE(limiter.takeDue(kStart + 1h), std::vector<QString>{kA});
        QVERIFY(limiter.admit(QStringLiteral("9999"), kStart + 10s) == 9'999ms);
    }
};

QTEST_APPLESS_MAIN(TestChangeLimiter)
#include "tst_change_limiter.moc"

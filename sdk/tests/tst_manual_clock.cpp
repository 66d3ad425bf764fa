// SPDX-License-Identifier: MIT
// The manual clock: both clocks, the order of timers, timers that start and cancel timers.
#include <QTest>

#include "fos1/testing/manual_clock.h"

using fos1::testing::ManualClock;
using namespace std::chrono_literals;

class TestManualClock : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void bothClocksGoOnTogether() {
        ManualClock clock;
        const auto steady = clock.steadyNow();
        const auto wall = clock.wallNow();
        clock.advance(1500ms);
        QVERIFY(clock.steadyNow() - steady == 1500ms);
        QVERIFY(clock.wallNow() - wall == 1500ms);
    }

    void aStepMovesTheWallAlone() {
        ManualClock clock;
        const auto steady = clock.steadyNow();
        const auto wall = clock.wallNow();
        bool hasFired = false;
        clock.after(1s, [&] { hasFired = true; });
        clock.stepWall(-3600s);
        QVERIFY(clock.steadyNow() == steady);
        QVERIFY(wall - clock.wallNow() == 1h);
        QVERIFY(!hasFired);
    }

    void timersFireInOrderAtTheirOwnTime() {
        ManualClock clock;
        const auto begin = clock.steadyNow();
        std::vector<std::pair<char, std::chrono::nanoseconds>> fired;
        const auto note = [&](char name) {
            return [&fired, &clock, begin, name] { fired.emplace_back(name, clock.steadyNow() - begin); };
        };
        clock.after(30ms, note('c'));
        clock.after(10ms, note('a'));
        clock.every(20ms, note('p'));
        clock.after(20ms, note('b'));
        clock.advance(45ms);
        const decltype(fired) expected{{'a', 10ms}, {'p', 20ms}, {'b', 20ms}, {'c', 30ms}, {'p', 40ms}};
        QVERIFY(fired == expected);
        QVERIFY(clock.steadyNow() - begin == 45ms);
        QCOMPARE(clock.pending(), std::size_t{1});
    }

    void aTimerMayStartAndCancelTimers() {
        ManualClock clock;
        int chained = 0;
        int repeated = 0;
        clock.after(10ms, [&] { clock.after(10ms, [&] { ++chained; }); });
        ManualClock::TimerId repeating = 0;
        repeating = clock.every(5ms, [&] {
            if (++repeated == 3) clock.cancel(repeating);
        });
        clock.advance(19ms);
        QCOMPARE(chained, 0);
        clock.advance(1ms);
        QCOMPARE(chained, 1);
        QCOMPARE(repeated, 3);
        QCOMPARE(clock.pending(), std::size_t{0});
    }
};

QTEST_GUILESS_MAIN(TestManualClock)
#include "tst_manual_clock.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to policies that are retracted or whose publisher is gone, step by step in time.
#include <QTest>

#include "hold_judge.h"

using namespace fos1::bridge;
using namespace std::chrono_literals;

namespace {

constexpr HoldFacts kAllThere{true, false, false};
constexpr HoldFacts kOneRetracted{true, true, false};
constexpr HoldFacts kAllRetracted{false, true, false};
constexpr HoldFacts kPublisherGone{true, false, true};

QString words(const HoldVerdict& verdict) {
    QStringList list;
    if (verdict.dropsWithdrawn) list.append(QStringLiteral("drops withdrawn"));
    if (verdict.dropsLeavingOrphans) list.append(QStringLiteral("drops orphans"));
    if (verdict.lookAgainIn) list.append(QStringLiteral("in %1").arg(verdict.lookAgainIn->count()));
    return list.isEmpty() ? QStringLiteral("keeps") : list.join(QStringLiteral(", "));
}

struct Step {
    std::chrono::milliseconds at;
    HoldFacts facts;
    const char* verdict;
};

}  // namespace

Q_DECLARE_METATYPE(std::vector<Step>)

class TestHoldJudge : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void inTime_data() {
        QTest::addColumn<std::vector<Step>>("steps");
        const auto row = [](const char* name, const std::vector<Step>& steps) { QTest::newRow(name) << steps; };
        row("nothing happens", {{0ms, kAllThere, "keeps"}, {1h, kAllThere, "keeps"}});
        row("one of several is a change", {{0ms, kOneRetracted, "drops withdrawn"}, {1ms, kAllThere, "keeps"}});
        row("all are held, then dropped", {{0ms, kAllRetracted, "in 10000"},
                                           {4000ms, kAllRetracted, "in 6000"},
                                           {9999ms, kAllRetracted, "in 1"},
                                           {10'000ms, kAllRetracted, "drops withdrawn"}});
        row("back in time costs nothing", {{0ms, kAllRetracted, "in 10000"}, {9999ms, kAllThere, "keeps"}});
        row("a later hold begins anew",
            {{0ms, kAllRetracted, "in 10000"}, {9000ms, kAllThere, "keeps"}, {9500ms, kAllRetracted, "in 10000"}});
        row("back with fewer is a change",
            {{0ms, kAllRetracted, "in 10000"}, {5000ms, kOneRetracted, "drops withdrawn"}});
        row("an orphan that may leave", {{0ms, kPublisherGone, "in 10000"},
                                         {9000ms, kPublisherGone, "in 1000"},
                                         {10'000ms, kPublisherGone, "drops orphans"}});
        row("both", {{0ms, {true, true, true}, "drops withdrawn, in 10000"},
                     {10'000ms, {false, true, true}, "drops withdrawn, drops orphans"}});
        row("late is not never", {{0ms, kAllRetracted, "in 10000"}, {25'000ms, kAllRetracted, "drops withdrawn"}});
        row("nothing declared at all", {{0ms, {}, "keeps"}});
    }
    void inTime() {
        QFETCH(const std::vector<Step>, steps);
        HoldJudge judge(10s);
        const HoldJudge::TimePoint start{};
        for (const Step& step : steps)
            QCOMPARE(words(judge.judge(step.facts, start + step.at)), QLatin1String(step.verdict));
    }

    void whichOrphansMayLeave() {
        QVERIFY(!mayLeave(false, false));
        QVERIFY(mayLeave(true, false));
        QVERIFY(mayLeave(false, true));
    }
};

QTEST_APPLESS_MAIN(TestHoldJudge)
#include "tst_hold_judge.moc"

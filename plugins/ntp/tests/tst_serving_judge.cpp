// SPDX-License-Identifier: GPL-2.0-or-later
// From single answers to a verdict on each address: what counts, when it is asked, and what people read.
#include <QTest>

#include "core/serving_judge.h"

using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

const IpAddress kOne = *IpAddress::parse(QStringLiteral("192.168.10.1"));
const IpAddress kTwo = *IpAddress::parse(QStringLiteral("fd00::1"));
const QString kSilent = QStringLiteral("does not answer");

struct Timeline {
    ServingJudge judge;
    ServingJudge::TimePoint start{1000s};

    explicit Timeline(const std::vector<IpAddress>& targets = {kOne}) { judge.setTargets(targets); }
    bool hear(std::chrono::seconds now, Heard heard, const IpAddress& address = kOne) {
        return judge.hear(address, heard, heard == Heard::Ours ? QString() : kSilent, start + now);
    }
    std::size_t due(std::chrono::seconds now) { return judge.due(start + now, 64).size(); }
};

}  // namespace

class TestServingJudge : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void nothingIsServedBeforeItAnswered() {
        Timeline time;
        QVERIFY(time.judge.isPending());
        QVERIFY(time.judge.facts().pending.contains(kOne));
        QVERIFY(!time.judge.facts().isNobodyServed());
        QCOMPARE(time.due(0s), 1U);
        QVERIFY(time.hear(0s, Heard::Ours));
        QVERIFY(!time.judge.isPending());
        QVERIFY(time.judge.facts().served.contains(kOne));
    }

    void aLostAnswerChangesNothing() {
        Timeline time;
        time.hear(0s, Heard::Ours);
        QVERIFY(!time.hear(1s, Heard::Nothing));
        QVERIFY(!time.hear(2s, Heard::Nothing));
        QVERIFY(!time.hear(3s, Heard::Ours));
        QVERIFY(!time.hear(4s, Heard::Nothing));
        QVERIFY(!time.hear(5s, Heard::Nothing));
        QVERIFY(time.judge.facts().served.contains(kOne));
        QVERIFY(time.hear(6s, Heard::Nothing));
        QCOMPARE(time.judge.facts().unserved.at(kOne), kSilent);
        QVERIFY(time.judge.facts().isNobodyServed());
    }

    void anotherProgramsAnswersCountAsNone() {
        Timeline time;
        time.hear(0s, Heard::Foreign);
        time.hear(1s, Heard::Foreign);
        QVERIFY(time.judge.isPending());
        QVERIFY(time.hear(2s, Heard::Foreign));
        QVERIFY(time.judge.facts().isNobodyServed());
    }

    void whatFailedHasToAnswerForAWhile() {
        Timeline time;
        for (const auto now : {0s, 1s, 2s}) time.hear(now, Heard::Nothing);
        QVERIFY(!time.hear(10s, Heard::Ours));
        QVERIFY(!time.hear(19s, Heard::Ours));
        QVERIFY(time.hear(20s, Heard::Ours));
        QVERIFY(time.judge.facts().served.contains(kOne));
    }

    void aFailureInBetweenBeginsTheWhileAnew() {
        Timeline time;
        for (const auto now : {0s, 1s, 2s}) time.hear(now, Heard::Nothing);
        time.hear(10s, Heard::Ours);
        time.hear(12s, Heard::Nothing);
        time.hear(14s, Heard::Ours);
        QVERIFY(!time.hear(21s, Heard::Ours));
        QVERIFY(time.hear(24s, Heard::Ours));
    }

    void whatIsInDoubtIsAskedMoreOften() {
        Timeline time;
        QCOMPARE(time.due(0s), 1U);
        QCOMPARE(time.due(0s), 0U);  // it counts as asked
        time.hear(0s, Heard::Ours);
        QCOMPARE(time.due(15s), 0U);
        QCOMPARE(time.due(16s), 1U);
        time.hear(16s, Heard::Nothing);
        QCOMPARE(time.due(17s), 1U);
    }

    void aChangeOfChronydPutsAllInDoubtAndNoVerdictAway() {
        Timeline time({kOne, kTwo});
        time.due(0s);
        time.hear(0s, Heard::Ours);
        time.hear(0s, Heard::Ours, kTwo);
        QCOMPARE(time.due(1s), 0U);
        time.judge.doubtAll(time.start + 1s);
        QCOMPARE(time.judge.facts().served.size(), 2U);
        QCOMPARE(time.due(1s), 2U);
    }

    void onlySoManyAreAskedAtOnce() {
        std::vector<IpAddress> many;
        many.reserve(300);
        for (int i = 0; i < 300; ++i)
            many.push_back(*IpAddress::parse(QStringLiteral("10.0.%1.%2").arg(i / 250).arg(i % 250 + 1)));
        Timeline time(many);
        QCOMPARE(time.due(0s), 64U);
        QVERIFY(time.judge.nextDue() <= time.start);
        for (int i = 0; i < 4; ++i) time.due(0s);
        QVERIFY(time.judge.nextDue() > time.start);
    }

    void addressesThatStayKeepTheirVerdict() {
        Timeline time;
        time.hear(0s, Heard::Ours);
        time.judge.setTargets({kOne, kTwo});
        QVERIFY(time.judge.facts().served.contains(kOne));
        QVERIFY(time.judge.facts().pending.contains(kTwo));
        time.judge.setTargets({kTwo});
        QVERIFY(time.judge.facts().served.empty());
        QVERIFY(!time.hear(1s, Heard::Ours));  // an answer that comes late
    }

    void theProblemNamesWhoHasThePort() {
        ServingFacts facts;
        QCOMPARE(facts.problem(), QString());
        facts.unserved = {{kOne, kSilent}, {kTwo, kSilent}};
        QCOMPARE(facts.problem(), QStringLiteral("192.168.10.1 does not answer (one of 2 such addresses)"));
        facts.holders = {{QStringLiteral("ntpd"), 812, 0, QStringLiteral("*")},
                         {QStringLiteral("ntpd"), 812, 0, QStringLiteral("*")},
                         {QString(), 0, 104, QStringLiteral("::")}};
        QCOMPARE(facts.problem(),
                 QStringLiteral("192.168.10.1 does not answer (one of 2 such addresses); ntpd (pid 812), a program "
                                "of user 104 have the port"));
    }

    /// 8,000 addresses are asked in turns, not all of them each 16 s.
    void manyAddressesAreAskedInTurns() {
        std::vector<IpAddress> many;
        many.reserve(8000);
        for (int i = 0; i < 8000; ++i)
            many.push_back(*IpAddress::parse(QStringLiteral("10.%1.%2.1").arg(i / 250).arg(i % 250)));
        Timeline time(many);
        std::size_t asked = 0;
        const auto ask = [&](std::chrono::seconds now) {
            const std::vector<IpAddress> due = time.judge.due(time.start + now, many.size());
            asked += due.size();
            for (const IpAddress& address : due) time.hear(now, Heard::Ours, address);
        };
        ask(0s);
        QCOMPARE(asked, many.size());  // at first all
        for (int second = 1; second <= 3000; ++second) ask(std::chrono::seconds(second));
        const std::size_t perSecond = (asked - many.size()) / 3000;
        QVERIFY2(perSecond >= 6 && perSecond <= 10, qPrintable(QString::number(perSecond)));
    }
};

QTEST_GUILESS_MAIN(TestServingJudge)
#include "tst_serving_judge.moc"

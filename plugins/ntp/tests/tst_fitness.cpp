// SPDX-License-Identifier: GPL-2.0-or-later
// When clients may be told to use this node's time, and that what was withdrawn does not flutter.
#include <QTest>

#include "core/fitness.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace std::chrono_literals;

namespace {

time::SyncState following(int stratum = 2, std::chrono::nanoseconds error = 1ms) {
    time::SyncState state;
    state.synchronised = true;
    state.stratum = stratum;
    state.errorBound = error;
    return state;
}

time::SyncState lost(std::chrono::nanoseconds error = 1ms) {
    time::SyncState state = following(2, error);
    state.synchronised = false;
    state.holdover = true;
    return state;
}

struct Timeline {
    FitnessJudge judge;
    FitnessPolicy policy;
    FitnessJudge::TimePoint start{1000s};

    bool isContradicted = false;
    bool hasJumped = false;
    bool hasQuorum = true;
    std::chrono::nanoseconds growth{0};

    Fitness at(std::chrono::seconds now, const time::SyncState& state,
               std::optional<std::chrono::seconds> lostAt = std::nullopt) {
        return judge.judge(state, {policy, isContradicted, hasJumped, hasQuorum, growth}, start + now,
                           lostAt ? std::optional(start + *lostAt) : std::nullopt);
    }
};

}  // namespace

class TestFitness : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void verdicts_data() {
        QTest::addColumn<int>("limit");
        QTest::addColumn<time::SyncState>("state");
        QTest::addColumn<int>("lostFor");
        QTest::addColumn<Fitness>("expected");
        QTest::newRow("following") << 0 << following() << -1 << Fitness::Fit;
        QTest::newRow("nothing") << 0 << time::SyncState() << -1 << Fitness::NotSynchronised;
        QTest::newRow("stratum at its limit") << 2 << following(2) << -1 << Fitness::Fit;
        QTest::newRow("stratum above it") << 2 << following(3) << -1 << Fitness::StratumTooHigh;
        QTest::newRow("error below its limit") << 0 << following(2, 999ms) << -1 << Fitness::Fit;
        QTest::newRow("error at it") << 0 << following(2, 1s) << -1 << Fitness::ErrorTooLarge;
        QTest::newRow("just lost") << 0 << lost() << 0 << Fitness::FitInHoldover;
        QTest::newRow("lost for an hour") << 0 << lost() << 3600 << Fitness::FitInHoldover;
        QTest::newRow("lost for longer") << 0 << lost() << 3601 << Fitness::HoldoverTooLong;
        QTest::newRow("lost and drifted away") << 0 << lost(1s) << 60 << Fitness::ErrorTooLarge;
        QTest::newRow("lost, with a stratum above the limit") << 1 << lost() << 60 << Fitness::StratumTooHigh;
    }
    void verdicts() {
        QFETCH(int, limit);
        QFETCH(time::SyncState, state);
        QFETCH(int, lostFor);
        QFETCH(Fitness, expected);
        Timeline t;
        if (limit > 0) t.policy.worstStratum = limit;
        const Fitness fitness =
            t.at(std::chrono::seconds(std::max(lostFor, 0)), state, lostFor < 0 ? std::nullopt : std::optional(0s));
        QCOMPARE(fitness, expected);
    }

    void noHoldoverAtAll() {
        Timeline t;
        t.policy.holdover.duration = 0s;
        QCOMPARE(t.at(0s, following()), Fitness::Fit);
        QCOMPARE(t.at(1s, lost(), 1s), Fitness::FitInHoldover);  // nobody is told of a single lost look
        QCOMPARE(t.at(2s, lost(), 1s), Fitness::HoldoverTooLong);
    }

    /// At the start clients are told at once; what was withdrawn has to last.
    void whatWasWithdrawnHasToLast() {
        Timeline t;
        t.policy.worstStratum = 2;
        QCOMPARE(t.at(0s, following()), Fitness::Fit);
        QCOMPARE(t.at(1s, following(3)), Fitness::StratumTooHigh);
        QCOMPARE(t.at(2s, following()), Fitness::Settling);
        QCOMPARE(t.at(11s, following()), Fitness::Settling);
        QCOMPARE(t.at(12s, following()), Fitness::Fit);
        QCOMPARE(t.at(13s, following(3)), Fitness::StratumTooHigh);
        QCOMPARE(t.at(14s, following()), Fitness::Settling);
        QCOMPARE(t.at(20s, following(3)), Fitness::StratumTooHigh);  // a flutter starts it anew
        QCOMPARE(t.at(21s, following()), Fitness::Settling);
        QCOMPARE(t.at(30s, following()), Fitness::Settling);
        QCOMPARE(t.at(31s, following()), Fitness::Fit);
    }

    void anErrorHasToBecomeClearlyBetter() {
        Timeline t;
        QCOMPARE(t.at(0s, following(2, 990ms)), Fitness::Fit);
        QCOMPARE(t.at(1s, following(2, 1001ms)), Fitness::ErrorTooLarge);
        QCOMPARE(t.at(2s, following(2, 990ms)), Fitness::ErrorTooLarge);
        QCOMPARE(t.at(3s, following(2, 799ms)), Fitness::Settling);
        QCOMPARE(t.at(13s, following(2, 799ms)), Fitness::Fit);
        QCOMPARE(t.at(14s, following(2, 990ms)), Fitness::Fit);
    }

    void whatWasNeverFitIsNotHeldBack() {
        Timeline t;
        QCOMPARE(t.at(0s, {}), Fitness::NotSynchronised);
        QCOMPARE(t.at(1s, following()), Fitness::Fit);
    }

    /// After its first measurements chronyd's bound grows by a second per second: such time was advertised and
    /// withdrawn.
    void whatWouldNotLastIsNotAdvertised() {
        Timeline t;
        t.growth = 10s;
        QCOMPARE(t.at(0s, following(2, 64ms)), Fitness::WouldNotLast);
        QCOMPARE(t.at(1s, following(2, 1064ms)), Fitness::ErrorTooLarge);
        t.growth = 2ms;
        QCOMPARE(t.at(2s, following(2, 1ms)), Fitness::Fit);
        // What is advertised stays so for as long as it is right.
        t.growth = 10s;
        QCOMPARE(t.at(3s, following(2, 64ms)), Fitness::Fit);
        QCOMPARE(t.at(4s, following(2, 1064ms)), Fitness::ErrorTooLarge);
        QCOMPARE(t.at(5s, following(2, 64ms)), Fitness::WouldNotLast);
        t.growth = 2ms;
        QCOMPARE(t.at(6s, following(2, 1ms)), Fitness::Settling);
        QCOMPARE(t.at(16s, following(2, 1ms)), Fitness::Fit);
    }

    void everyVerdictHasASentence() {
        QSet<QString> sentences;
        constexpr int kLast = static_cast<int>(Fitness::WouldNotLast);
        for (int each = 0; each <= kLast; ++each) sentences.insert(sentence(static_cast<Fitness>(each)));
        QCOMPARE(sentences.size(), kLast + 1);
    }

    /// The first answer is not a quorum.
    void waitsForTheDeclaredSources() {
        Timeline time;
        time.hasQuorum = false;
        QCOMPARE(time.at(0s, following()), Fitness::TooFewMeasured);
        QCOMPARE(time.at(29s, following()), Fitness::TooFewMeasured);
        QCOMPARE(time.at(30s, following()), Fitness::Fit);  // one of them may be gone for good
        QCOMPARE(time.at(31s, following()), Fitness::Fit);
    }

    /// The sources that are still missing will also make the frequency known.
    void theQuorumHasTheWord() {
        Timeline time;
        time.hasQuorum = false;
        time.growth = 10s;
        QCOMPARE(time.at(0s, following()), Fitness::TooFewMeasured);
        time.hasQuorum = true;
        QCOMPARE(time.at(1s, following()), Fitness::WouldNotLast);
    }

    void onceThereWereEnoughIsEnough() {
        Timeline time;
        time.hasQuorum = false;
        QCOMPARE(time.at(0s, following()), Fitness::TooFewMeasured);
        time.hasQuorum = true;
        QCOMPARE(time.at(1s, following()), Fitness::Fit);
        time.hasQuorum = false;
        QCOMPARE(time.at(2s, following()), Fitness::Fit);
    }

    /// Nothing was withdrawn, so there is nothing to settle once the first client's answer came.
    void waitsForTheFirstAnswerToAClient() {
        Timeline time;
        time.policy.isFirstAnswerAwaited = true;
        QCOMPARE(time.at(0s, following()), Fitness::NotTriedYet);
        time.policy.isFirstAnswerAwaited = false;
        QCOMPARE(time.at(1s, following()), Fitness::Fit);
        time.policy.isFirstAnswerAwaited = true;  // all addresses are new: an answer will come, or its absence be told
        QCOMPARE(time.at(2s, following()), Fitness::Fit);
    }

    void nobodyAnsweredAfterAllIsNoWithdrawal() {
        Timeline time;
        time.policy.isFirstAnswerAwaited = true;
        QCOMPARE(time.at(0s, following()), Fitness::NotTriedYet);
        time.policy.isFirstAnswerAwaited = false;
        time.policy.whyNotServed = QStringLiteral("Clients are not answered.");
        QCOMPARE(time.at(3s, following()), Fitness::NotServed);
        time.policy.whyNotServed.clear();
        QCOMPARE(time.at(4s, following()), Fitness::Fit);
    }

    void aContradictionIsUnfitAtOnceAndHasToBeOverForAWhile() {
        Timeline time;
        QCOMPARE(time.at(0s, following()), Fitness::Fit);
        time.isContradicted = true;
        QCOMPARE(time.at(1s, following()), Fitness::SourcesContradict);
        time.isContradicted = false;
        QCOMPARE(time.at(2s, following()), Fitness::Settling);
        QCOMPARE(time.at(12s, following()), Fitness::Fit);
    }

    void whoServesNobodyIsNotFit() {
        Timeline time;
        time.policy.whyNotServed = QStringLiteral("another program has the port");
        QCOMPARE(time.at(0s, following()), Fitness::NotServed);
        QCOMPARE(time.at(1s, time::SyncState()), Fitness::NotSynchronised);  // the worse fault has the word
    }
};

QTEST_GUILESS_MAIN(TestFitness)
#include "tst_fitness.moc"

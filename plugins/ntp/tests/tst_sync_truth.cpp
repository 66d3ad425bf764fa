// SPDX-License-Identifier: GPL-2.0-or-later
// No single figure is trusted, and not every source is evidence: what contradicts the served time, what only repeats a
// free-running clock or this node's own, and how many sources must have been compared.
#include <QTest>

#include "support/sync_clock.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;

class TestSyncTruth : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    /// chronyd 4.3 under -x: a step that failed is forgotten, and tracking says that all is well.
    void aSourceThatContradictsTheServedTimeIsBelieved() {
        Clock clock;
        SourceReport wrong = source(1, SourceState::Selected);
        wrong.sinceSample = 1s;
        wrong.offset = -30s;
        wrong.offsetError = 20us;
        const SyncState state = clock.see(normal(), {{wrong}});
        QVERIFY(state.synchronised);
        QVERIFY(!state.fitToAdvertise);
        QVERIFY(state.servedOffset == -30s);
        QVERIFY(state.errorBound == 30s + 20us);
        QCOMPARE(state.reason, QStringLiteral("Not advertised: ntp1.example measures the served time as 30 s slow, to "
                                              "within 20 µs, but chronyd reports it right to within 3 ms."));
    }

    void aCombinedSourceCountsAndOneThatIsNotFollowedDoesNot() {
        const auto off = [](quint8 last, SourceState state) {
            SourceReport report = source(last, state);
            report.sinceSample = 1s;
            report.offset = 2s;
            report.offsetError = 1ms;
            return report;
        };
        Clock combined;
        QVERIFY(!combined.see(normal(), {{source(1, SourceState::Selected), off(2, SourceState::Combined)}})
                     .fitToAdvertise);
        Clock falseticker;
        QVERIFY(falseticker.see(normal(), {{source(1, SourceState::Selected), off(2, SourceState::Falseticker)}})
                    .fitToAdvertise);
    }

    /// A single measurement over a long way may be far off: that is its uncertainty, and no contradiction.
    void aMeasurementWithinItsUncertaintyIsNoContradiction() {
        Clock clock;
        SourceReport slow = source(1, SourceState::Selected);
        slow.sinceSample = 1s;
        slow.offset = 150ms;
        slow.offsetError = 150ms;
        const SyncState state = clock.see(normal(), {{slow}});
        QVERIFY(state.fitToAdvertise);
        QVERIFY(state.errorBound == 3ms);
    }

    /// Two routers that name each other, without an upstream: one has the local clock, and the other follows it.
    void aNeighborsLocalClockIsNoTruth() {
        Clock clock;
        SourceReport neighbor = source(1, SourceState::Selected);
        neighbor.stratum = 10;
        neighbor.ntp = NtpData();
        neighbor.ntp->stratum = 10;
        neighbor.ntp->refId = 0x7F7F0101;
        neighbor.ntp->validReplies = 3;
        const SyncState state = clock.see(normal(), {{neighbor}});
        QVERIFY(!state.synchronised);
        QVERIFY(!state.holdover);
        QVERIFY(!state.fitToAdvertise);
        QCOMPARE(state.reason, QStringLiteral("Not synchronized: ntp1.example has no source of its own: it serves its "
                                              "free-running local clock."));
        // With a real source that agrees it is truth again.
        QVERIFY(clock.see(normal(), {{neighbor, source(2, SourceState::Selectable)}}).synchronised);
    }

    void followingANeighborsLocalClockIsNoHoldover() {
        Clock clock;
        QVERIFY(clock.follow().synchronised);
        SourceReport neighbor = source(2, SourceState::Selected);
        neighbor.stratum = 11;
        clock.policy.localStratum = 10;
        const SyncState state = clock.see(normal(), {{neighbor}});
        QVERIFY(!state.synchronised);
        QVERIFY(!state.holdover);  // the clock goes with the neighbor's now
        QVERIFY(state.reason.contains(QStringLiteral("no better than this node's own local clock (stratum 10)")));
    }

    void minstratumMakesASourceNoWorse() {
        Clock clock;
        clock.policy.localStratum = 10;
        SourceReport raised = source(1, SourceState::Selected);
        raised.stratum = 12;
        raised.ntp = NtpData();
        raised.ntp->stratum = 2;
        raised.ntp->validReplies = 3;
        QVERIFY(clock.see(normal(), {{raised}}).synchronised);
    }

    void aSourceThatFollowsUsIsALoop() {
        Clock clock;
        const IpPrefix own = *IpPrefix::parse(QStringLiteral("10.0.0.254/24"));
        clock.policy.own = std::make_shared<const OwnReference>(ownReference({own}));
        SourceReport follower = source(1, SourceState::Selected);
        follower.stratum = 3;
        follower.ntp = NtpData();
        follower.ntp->stratum = 3;
        follower.ntp->refId = refIdOf(own.address);
        follower.ntp->validReplies = 3;
        const SyncState state = clock.see(normal(), {{follower}});
        QVERIFY(!state.synchronised);
        QVERIFY2(state.reason.contains(QStringLiteral("timing loop")), qPrintable(state.reason));
        // A distant server may name the same private address, of a network of its own.
        follower.address = {SourceAddressKind::Inet4, {203, 0, 113, 1}};
        QVERIFY(Clock().see(normal(), {{follower}}).synchronised);
    }

    /// The upstream of all is gone, and each of three servers follows the next: no refid shows that.
    void serversThatFollowEachOtherAreALoop() {
        Clock clock;
        SourceReport follower = source(1, SourceState::Selected);
        for (int stratum = 3; stratum < 6; ++stratum) {
            follower.stratum = stratum;
            QVERIFY(clock.see(normal(), {{follower}}).synchronised);
        }
        follower.stratum = 6;
        const SyncState state = clock.see(normal(), {{follower}});
        QVERIFY(!state.synchronised);
        QVERIFY2(state.reason.contains(QStringLiteral("counted its stratum up to 6")), qPrintable(state.reason));
        // With a source from outside it is right, and so it is when its own upstream is back.
        QVERIFY(clock.see(normal(), {{follower, source(2, SourceState::Selectable)}}).synchronised);
        follower.stratum = 3;
        QVERIFY(clock.see(normal(), {{follower}}).synchronised);
    }

    void aStratumThatRisesNowAndThenIsNoLoop() {
        StratumChase chase;
        StratumChase::TimePoint now{1h};
        SourceReport far = source(1, SourceState::Selected);
        for (int stratum = 2; stratum < 10; ++stratum) {
            far.stratum = stratum;
            chase.see({far}, now);
            QVERIFY(!chase.isChasing(far.address));
            now += 61min;
            chase.see({far}, now);
        }
        // One that does not answer, or says that it is not synchronised, did not rise.
        for (const int stratum : {0, 11, 0, 12, 0, 13, 16}) {
            far.stratum = stratum;
            far.reachability = stratum == 0 ? 0 : 255;
            chase.see({far}, now);
        }
        QVERIFY(chase.isChasing(far.address));  // 11, 12, 13
        chase.see({}, now);
        chase.see({far}, now);
        QVERIFY(!chase.isChasing(far.address));
    }

    void oneAnswerIsNoQuorum() {
        Clock clock;
        clock.policy.sourcesMinimum = 3;
        const auto waiting = source(2, SourceState::Unusable, 1);
        const SyncState state = clock.see(normal(), {{source(1, SourceState::Selected), waiting, waiting}});
        QVERIFY(state.synchronised);
        QVERIFY(!state.fitToAdvertise);
        QVERIFY2(state.reason.contains(QStringLiteral("until 3 sources have been compared")), qPrintable(state.reason));
        QVERIFY(clock
                    .see(normal(), {{source(1, SourceState::Selected), source(2, SourceState::Combined),
                                     source(3, SourceState::Falseticker)}})
                    .fitToAdvertise);
    }

    /// Of two sources three cannot be compared.
    void theQuorumIsNoMoreThanThereAre() {
        Clock clock;
        clock.policy.sourcesMinimum = 3;
        QVERIFY(clock.see(normal(), {{source(1, SourceState::Selected), source(2, SourceState::Selectable)}})
                    .fitToAdvertise);
    }

    /// The majority is gone, and the one that it outvoted is followed.
    void aLiarThatIsLeftAloneIsNotBelieved() {
        Clock clock;
        clock.policy.sourcesMinimum = 3;
        std::vector<SourceReport> sources{source(1, SourceState::Selected), source(2, SourceState::Combined),
                                          source(3, SourceState::Falseticker)};
        QVERIFY(clock.see(normal(), sources).fitToAdvertise);
        clock.now += 1s;
        Tracking moved = normal();
        moved.clockOffset = -2002ms;
        sources = {source(1, SourceState::Unusable, 0), source(2, SourceState::Unusable, 0),
                   source(3, SourceState::Selected)};
        const SyncState state = clock.see(moved, sources);
        QVERIFY(state.synchronised && !state.fitToAdvertise);
        QVERIFY2(state.reason.contains(QStringLiteral("the time moved by 2 s since other sources were followed")),
                 qPrintable(state.reason));
        clock.now += 600s;
        QVERIFY(!clock.see(moved, sources).fitToAdvertise);
        // As many as are declared confirm it: the others were wrong.
        sources = {source(1, SourceState::Selected), source(2, SourceState::Combined),
                   source(3, SourceState::Combined)};
        QVERIFY(!clock.see(moved, sources).fitToAdvertise);
        clock.now += 10s;
        QVERIFY(clock.see(moved, sources).fitToAdvertise);
    }

    /// Where one source is all that there is, it may be set right; and a clock that is slewed back is no jump.
    void whatIsNoJump() {
        Clock clock;
        QVERIFY(clock.follow().fitToAdvertise);
        Tracking moved = normal();
        moved.clockOffset = -2s;
        clock.now += 1s;
        QVERIFY(clock.see(moved, {{source(1, SourceState::Selected)}}).fitToAdvertise);
        clock.policy.sourcesMinimum = 2;
        const std::vector<SourceReport> one{source(1, SourceState::Selected), source(2, SourceState::Unusable, 0)};
        moved.clockOffset = -1900ms;
        QVERIFY(clock.see(moved, one).fitToAdvertise);
    }
};

QTEST_GUILESS_MAIN(TestSyncTruth)
#include "tst_sync_truth.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyd says becomes a verdict on this node's time: synchronised, in holdover, served from the local clock, or
// none of these; and whether clients should be told.
#include <QTest>

#include "core/happenings.h"
#include "support/sync_clock.h"

using namespace fos1;
using namespace fos1::ntp;
using namespace fos1::ntp::test;
using namespace std::chrono_literals;
using time::LeapState;
using time::SyncState;

class TestSyncEstimator : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void following() {
        Clock clock;
        const SyncState state = clock.see(
            normal(),
            {{source(1, SourceState::Selected), source(2, SourceState::Combined), source(3, SourceState::Selectable, 1),
              source(4, SourceState::Falseticker), source(5, SourceState::Unusable, 0)}});
        QVERIFY(state.synchronised);
        QVERIFY(!state.holdover);
        QCOMPARE(state.stratum, 2);
        QVERIFY(state.leap == LeapState::Normal);
        QCOMPARE(state.refid, QStringLiteral("0A000001"));
        QVERIFY((state.source == time::SelectedSource{QStringLiteral("ntp1.example"), QStringLiteral("10.0.0.1"),
                                                      QStringLiteral("server")}));
        QVERIFY(state.offset == -2ms);
        QVERIFY(state.jitter == 42us);
        QCOMPARE(state.frequencyPpb, -1234);
        QVERIFY(state.errorBound == 3ms);       // 1 + 4/2: what is served is corrected for the offset
        QVERIFY(state.clockErrorBound == 5ms);  // and the machine's clock is not
        QVERIFY((state.sources == time::SourceCounts{5, 4, 3}));
        QVERIFY(state.fitToAdvertise);
        QCOMPARE(state.reason, QStringLiteral("Following ntp1.example at stratum 2, within 3 ms of true time."));
    }

    /// As chronyd 4.3 reports it after its first measurement.
    void aFrequencyThatIsNotKnownYetIsNotAdvertised() {
        Clock clock;
        Tracking first = normal();
        first.skewPpb = 1'000'000'000;
        const SyncState state = clock.see(first, {{source(1, SourceState::Selected)}});
        QVERIFY(state.synchronised);
        QVERIFY(!state.fitToAdvertise);
        QCOMPARE(state.reason,
                 QStringLiteral("Following ntp1.example at stratum 2, within 3 ms of true time; not advertised "
                                "until the frequency of the clock is known well enough for that to last."));
        QVERIFY(clock.see(normal(), {{source(1, SourceState::Selected)}}).fitToAdvertise);
    }

    /// leap alone is not health.
    void leapNormalWithoutASourceIsNotSynchronised_data() {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("reach");
        QTest::newRow("selected but not reachable") << static_cast<int>(SourceState::Selected) << 0;
        QTest::newRow("reachable but not selected") << static_cast<int>(SourceState::Unusable) << 0377;
        QTest::newRow("combined is not selected") << static_cast<int>(SourceState::Combined) << 0377;
    }
    void leapNormalWithoutASourceIsNotSynchronised() {
        QFETCH(int, state);
        QFETCH(int, reach);
        Clock clock;
        const SyncState sync =
            clock.see(normal(), {{source(1, static_cast<SourceState>(state), static_cast<quint8>(reach))}});
        QVERIFY(!sync.synchronised);
        QVERIFY(!sync.holdover);  // it never was
        QVERIFY(!sync.fitToAdvertise);
    }

    void selectedSourceWithoutSynchronisedClock() {
        Clock clock;
        const SyncState state = clock.see(unsynchronised(), {{source(1, SourceState::Selected)}});
        QVERIFY(!state.synchronised);
        QCOMPARE(state.stratum, 0);
        QVERIFY(state.leap == LeapState::Unsynchronised);
    }

    /// Of a pool with maxsources 3, chronyd 4.3 lists six places.
    void emptyPlacesOfAPoolAreNoSources() {
        const auto place = [](quint8 number, const char* name) {
            SourceReport report;
            report.address = {SourceAddressKind::Unresolved, {0, 0, 0, number}};
            report.name = QLatin1String(name);
            report.mode = SourceMode::Server;
            report.state = SourceState::Unusable;
            return report;
        };
        Clock clock;
        const SyncState state =
            clock.see(normal(), {{source(1, SourceState::Selected), place(1, "ntp1.example"), place(2, "ntp1.example"),
                                  place(3, "silent.example"), place(4, "silent.example"), place(5, "other.example")}});
        QVERIFY((state.sources == time::SourceCounts{3, 1, 1}));
        QStringList names;
        for (const SourceReport& each : clock.estimator.sources()) names << displayName(each);
        QCOMPARE(names, QStringList({QStringLiteral("ntp1.example"), QStringLiteral("silent.example"),
                                     QStringLiteral("other.example")}));
    }

    void referenceClock() {
        Clock clock;
        SourceReport gps = source(0, SourceState::Selected);
        gps.address.bytes = {'P', 'P', 'S', 0};
        gps.mode = SourceMode::ReferenceClock;
        const SyncState state = clock.see(normal(), {{gps}});
        QVERIFY((state.source == time::SelectedSource{QStringLiteral("PPS"), QString(), QStringLiteral("refclock")}));
    }

    void localReferenceIsNotSynchronised() {
        Clock clock;
        clock.follow();
        const SyncState state = clock.lose(local());
        QVERIFY(!state.synchronised);
        QVERIFY(!state.holdover);
        QVERIFY(!state.fitToAdvertise);
        QVERIFY(
            (state.source == time::SelectedSource{QStringLiteral("local clock"), QString(), QStringLiteral("local")}));
        QCOMPARE(state.stratum, 10);
        QCOMPARE(
            state.reason,
            QStringLiteral("Serving this machine's own clock (local reference): its only source does not answer."));
    }

    void holdoverKeepsItsBeginning() {
        Clock clock;
        QVERIFY(clock.follow().synchronised);
        clock.now = 10s;
        SyncState state = clock.lose();
        QVERIFY(!state.synchronised);
        QVERIFY(state.holdover);
        QVERIFY(state.fitToAdvertise);
        QCOMPARE(state.holdoverSinceUnixMs, kStartMs + 10'000);
        clock.now = 20s;
        state = clock.lose();
        QCOMPARE(state.holdoverSinceUnixMs, kStartMs + 10'000);
        QCOMPARE(state.reason,
                 QStringLiteral("No source has been usable since 2027-01-15 08:00:10 UTC; the clock still keeps "
                                "time, within 3 ms of true time."));
        clock.now = 30s;
        QVERIFY(!clock.follow().holdover);
        clock.now = 40s;
        QCOMPARE(clock.lose().holdoverSinceUnixMs, kStartMs + 40'000);
    }

    void holdoverIsAdvertisedForAnHour() {
        Clock clock;
        clock.follow();
        clock.lose();
        clock.now = 3600s;
        QVERIFY(clock.lose().fitToAdvertise);
        clock.now = 3601s;
        const SyncState state = clock.lose();
        QVERIFY(state.holdover);
        QVERIFY(!state.fitToAdvertise);
    }

    void holdoverIsAdvertisedWhileGood() {
        Clock clock;
        clock.follow();
        Tracking tracking = normal();
        tracking.rootDispersion = 998ms;  // with half of 4 ms of delay: exactly one second
        tracking.rootDispersion -= 1ns;
        QVERIFY(clock.lose(tracking).fitToAdvertise);
        tracking.rootDispersion += 1ns;
        QVERIFY(!clock.lose(tracking).fitToAdvertise);
    }

    void restartedDaemonIsNotInHoldover() {
        Clock clock;
        clock.follow();
        QVERIFY(!clock.lose(unsynchronised()).holdover);
        QVERIFY(!clock.lose().holdover);  // chronyd itself forgot that it was synchronised
    }

    void stratumLimit() {
        Clock clock;
        clock.policy.worstStratum = 2;
        QVERIFY(clock.follow().fitToAdvertise);
        clock.policy.worstStratum = 1;
        const SyncState state = clock.follow();
        QVERIFY(state.synchronised);
        QVERIFY(!state.fitToAdvertise);
        QCOMPARE(state.reason, QStringLiteral("Time is at stratum 2, worse than the allowed 1."));
    }

    void oneLostReportChangesNothing() {
        Clock clock;
        const SyncState before = clock.follow();
        clock.now = 5s;
        QVERIFY(clock.see({}, {}) == before);
        QVERIFY(clock.see(normal(), {}) == before);
        clock.now = 11s;
        const SyncState state = clock.see({}, {});
        QVERIFY(!state.synchronised);
        QCOMPARE(state.reason, QStringLiteral("chronyd does not answer."));
        QCOMPARE(state.sources.total, 0);
    }

    void reasonsWhyNot_data() {
        QTest::addColumn<bool>("hasSource");
        QTest::addColumn<int>("reach");
        QTest::addColumn<QString>("reason");
        QTest::newRow("no source") << false << 0 << QStringLiteral("Not synchronized: no source is configured.");
        QTest::newRow("silent") << true << 0 << QStringLiteral("Not synchronized: its only source does not answer.");
        QTest::newRow("not good enough")
            << true << 1
            << QStringLiteral("Not synchronized: 1 of 1 sources answer, but none is good enough to follow yet.");
    }
    void reasonsWhyNot() {
        QFETCH(bool, hasSource);
        QFETCH(int, reach);
        QFETCH(QString, reason);
        Clock clock;
        std::vector<SourceReport> sources;
        if (hasSource) sources.push_back(source(1, SourceState::Unusable, static_cast<quint8>(reach)));
        QCOMPARE(clock.see(unsynchronised(), sources).reason, reason);
    }

    void aNameWithoutAnAddressIsNamed() {
        Clock clock;
        SourceReport report;
        report.address = {SourceAddressKind::Unresolved, {0, 0, 0, 1}};
        report.name = QStringLiteral("pool.example");
        report.state = SourceState::Unusable;
        QCOMPARE(
            clock.see(unsynchronised(), {{report}}).reason,
            QStringLiteral("Not synchronized: no address is known yet for pool.example (is a DNS server reachable?)."));
        // With an address for another source the missing one is not the reason.
        const SyncState state = clock.see(unsynchronised(), {{report, source(1, SourceState::Unusable, 0)}});
        QCOMPARE(state.reason, QStringLiteral("Not synchronized: none of 2 sources answers."));
    }

    void resetForgets() {
        Clock clock;
        clock.follow();
        clock.estimator.reset();
        QVERIFY(!clock.lose().holdover);
    }

    void happenings() {
        Clock clock;
        const SyncState none;
        const SyncState first = clock.follow();
        SyncState second = first;
        second.source->name = QStringLiteral("ntp2.example");
        const SyncState lost = clock.lose();
        const auto reasons = [](const SyncState& before, const SyncState& after) {
            QStringList list;
            for (const Happening& happening : happeningsBetween(before, after)) list << happening.reason;
            return list;
        };
        QCOMPARE(reasons(none, none), QStringList());
        QCOMPARE(reasons(none, first), QStringList(QStringLiteral("Synchronised")));
        QCOMPARE(reasons(first, first), QStringList());
        QCOMPARE(reasons(first, second), QStringList(QStringLiteral("SourceSelected")));
        QCOMPARE(happeningsBetween(first, second).front().message,
                 QStringLiteral("Following ntp2.example now, no longer ntp1.example."));
        QCOMPARE(reasons(first, lost), QStringList(QStringLiteral("SynchronisationLost")));
        QCOMPARE(reasons(lost, none), QStringList(QStringLiteral("HoldoverEnded")));
        QVERIFY(happeningsBetween(first, lost).front().severity == Severity::Warning);
        // What clients are told changes without the source doing so.
        SyncState unfit = first;
        unfit.fitToAdvertise = false;
        unfit.reason = QStringLiteral("within 2 s of true time only");
        QCOMPARE(reasons(first, unfit), QStringList(QStringLiteral("Withdrawn")));
        QCOMPARE(happeningsBetween(first, unfit).front().message, unfit.reason);
        QCOMPARE(reasons(unfit, first), QStringList(QStringLiteral("Advertised")));
        unfit.source->name = QStringLiteral("ntp2.example");
        QCOMPARE(reasons(first, unfit), QStringList({QStringLiteral("SourceSelected"), QStringLiteral("Withdrawn")}));
        SyncState tooLong = lost;
        tooLong.fitToAdvertise = !lost.fitToAdvertise;
        QCOMPARE(reasons(lost, tooLong).size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestSyncEstimator)
#include "tst_sync_estimator.moc"

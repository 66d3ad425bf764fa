// SPDX-License-Identifier: MIT
// The payload of time.sync/v1: encoding and decoding it changes nothing, unknown fields are ignored, wrong types are
// refused.
#include <QTest>

#include "time/sync_state.h"

using namespace std::chrono_literals;
using fos1::time::LeapState;
using fos1::time::SyncState;

class TestSyncState : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void roundTrip() {
        SyncState state;
        state.synchronised = true;
        state.stratum = 2;
        state.leap = LeapState::InsertSecond;
        state.refid = QStringLiteral("0A010001");
        state.source = fos1::time::SelectedSource{QStringLiteral("a.example"), QStringLiteral("10.1.0.1"),
                                                  QStringLiteral("server")};
        state.offset = -1500ns;
        state.jitter = 20us;
        state.frequencyPpb = -12345;
        state.rootDelay = 3ms;
        state.rootDispersion = 1ms;
        state.errorBound = 2500000ns;
        state.clockErrorBound = 2501500ns;
        state.servedOffset = -300ns;
        state.holdover = true;
        state.holdoverSinceUnixMs = 1700000000000;
        state.sources = {4, 3, 2};
        state.fitToAdvertise = true;
        state.reason = QStringLiteral("in holdover");

        const auto decoded = SyncState::decode(state.encode());
        QVERIFY(decoded.has_value());
        QVERIFY(*decoded == state);
    }

    void unknownFieldsAreIgnored() {
        QCborMap map = SyncState{}.encode();
        map.insert(QStringLiteral("of_a_later_version"), 7);
        QVERIFY(SyncState::decode(map).has_value());
    }

    void wrongTypeHasItsPath() {
        QCborMap map = SyncState{}.encode();
        map.insert(QStringLiteral("sources"), QCborMap{{QStringLiteral("total"), QStringLiteral("three")}});
        const auto decoded = SyncState::decode(map);
        QVERIFY(!decoded.has_value());
        QCOMPARE(decoded.error().text(), QStringLiteral("sources.total: must be an integer"));
    }
};

QTEST_GUILESS_MAIN(TestSyncState)
#include "tst_sync_state.moc"

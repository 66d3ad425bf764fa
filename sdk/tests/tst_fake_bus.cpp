// SPDX-License-Identifier: MIT
// The bus of the kit behaves like the host's: retained, conflated, next turn, one writer per key, Stale and Absent.
#include <QJsonArray>
#include <QTest>
#include <functional>

#include "fos1/testing/fake_host.h"
#include "fos1/testing/plugin_harness.h"
#include "time/sync_state.h"

using namespace fos1;
using namespace fos1::testing;
using namespace std::chrono_literals;

namespace {

const QString kMine = QStringLiteral("mine/v1");
const QString kTheirs = QStringLiteral("theirs/v1");

int code(Status status) { return static_cast<int>(status); }

QCborMap value(int n) { return {{QStringLiteral("n"), n}}; }

QJsonObject metadata() {
    return {{"id", "p"},
            {"publishes", QJsonArray{"mine/v1", "time.sync/v1"}},
            {"subscribes", QJsonArray{"mine/v1", "theirs/v1"}},
            {"features", QJsonObject{{"required", QJsonArray{QLatin1String(IBus::kIid)}}}}};
}

struct Listener : IBusListener {
    void onState(const QString& topic, const QString& key, int presence, const QCborMap& map,
                 const QCborMap& meta) override {
        const QString reason = meta.value(QStringLiteral("reason")).toString();
        seen.append(QStringLiteral("%1 %2 %3 %4%5")
                        .arg(topic, key)
                        .arg(presence)
                        .arg(map.value(QStringLiteral("n")).toInteger(-1))
                        .arg(reason.isEmpty() ? reason : u' ' + reason));
        if (onEach) onEach();
    }
    QStringList seen;
    std::function<void()> onEach;
};

struct Fixture {
    FakeHost host{metadata(), {}};
    FakeBus& bus = host.bus;
    Listener listener;
};

}  // namespace

class TestFakeBus : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void retainedStateComesOnTheNextTurn() {
        Fixture f;
        f.bus.set(kTheirs, "a", value(1));
        PluginHarness::settle();
        QCOMPARE(f.bus.subscribe(kTheirs, &f.listener), code(Status::Ok));
        QCOMPARE(f.listener.seen, QStringList());
        PluginHarness::settle();
        QCOMPARE(f.listener.seen, QStringList{"theirs/v1 a 1 1"});
    }

    void changesOfOneTurnAreOneDelivery() {
        Fixture f;
        f.bus.subscribe(kMine, &f.listener);
        PluginHarness::settle();
        for (int i = 0; i < 1000; ++i) QCOMPARE(f.bus.publish(kMine, "a", value(i), 0), code(Status::Ok));
        PluginHarness::settle();
        QCOMPARE(f.listener.seen, QStringList{"mine/v1 a 1 999"});
        QCOMPARE(f.bus.utterances().size(), std::size_t{1000});
    }

    void neverReentrantly() {
        Fixture f;
        f.bus.subscribe(kTheirs, &f.listener);
        f.bus.subscribe(kMine, &f.listener);
        f.listener.onEach = [&] {
            const qsizetype before = f.listener.seen.size();
            if (before == 1) f.bus.publish(kMine, "b", value(7), 0);
            QCOMPARE(f.listener.seen.size(), before);
        };
        f.bus.set(kTheirs, "a", value(1));
        PluginHarness::settle();
        QCOMPARE(f.listener.seen, (QStringList{"theirs/v1 a 1 1", "mine/v1 b 1 7"}));
    }

    void staleAndAbsentAreInjected() {
        Fixture f;
        f.bus.subscribe(kTheirs, &f.listener);
        f.bus.set(kTheirs, "a", value(1));
        PluginHarness::settle();
        f.bus.stale(kTheirs, "a");
        PluginHarness::settle();
        f.bus.absent(kTheirs, "a", "its publisher crashed");
        f.bus.stale(kTheirs, "never there");
        PluginHarness::settle();
        QCOMPARE(f.listener.seen,
                 (QStringList{"theirs/v1 a 1 1", "theirs/v1 a 2 1", "theirs/v1 a 3 -1 its publisher crashed"}));
    }

    void aTtlPassesWithTheManualClock() {
        Fixture f;
        QCOMPARE(f.bus.publish(kMine, "a", value(1), 1000), code(Status::Ok));
        f.host.clock.advance(600ms);
        QCOMPARE(f.bus.publish(kMine, "a", value(2), 1000), code(Status::Ok));
        f.host.clock.advance(600ms);
        QVERIFY(f.bus.find(kMine, "a")->presence == Presence::Value);
        f.host.clock.advance(400ms);
        QVERIFY(f.bus.find(kMine, "a")->presence == Presence::Stale);
        QCOMPARE(f.bus.value(kMine, "a"), std::optional(value(2)));
    }

    void whatTheMetadataDoesNotGrantIsRefused() {
        Fixture f;
        QCOMPARE(f.bus.publish(kTheirs, "a", value(1), 0), code(Status::NotPermitted));
        QCOMPARE(f.bus.subscribe("other/v1", &f.listener), code(Status::NotPermitted));
        QCOMPARE(f.bus.subscribe(kTheirs, nullptr), code(Status::InvalidArgument));
        QCOMPARE(f.bus.publish(kMine, {}, value(1), 0), code(Status::InvalidArgument));
        QCOMPARE(f.bus.publish(kMine, "a", value(1), -1), code(Status::InvalidArgument));
        QCOMPARE(f.bus.publish(kMine, QString(1025, u'k'), value(1), 0), code(Status::TooLarge));
        const QCborMap huge{{QStringLiteral("b"), QByteArray(IBus::kMaxPayloadBytes + 1, 'x')}};
        QCOMPARE(f.bus.publish(kMine, "a", huge, 0), code(Status::TooLarge));
        QVERIFY(f.bus.utterances().empty());
    }

    void oneWriterAKey() {
        Fixture f;
        f.bus.set(kMine, "taken", value(1));
        QCOMPARE(f.bus.publish(kMine, "taken", value(2), 0), code(Status::NotPermitted));
        QCOMPARE(f.bus.retract(kMine, "taken", "mine"), code(Status::NotPermitted));
        QCOMPARE(f.bus.retract(kMine, "unknown", "why"), code(Status::NotFound));
        f.bus.absent(kMine, "taken", "gone");
        QCOMPARE(f.bus.publish(kMine, "taken", value(2), 0), code(Status::Ok));
    }

    void remembersWhatStandsAndWhatChanged() {
        Fixture f;
        f.bus.publish(kMine, "a", value(1), 0);
        f.bus.publish(kMine, "a", value(1), 0);
        f.bus.publish(kMine, "b", value(1), 0);
        QCOMPARE(f.bus.standing(), (QStringList{"mine/v1 a", "mine/v1 b"}));
        QCOMPARE(f.bus.retract(kMine, "a", "over"), code(Status::Ok));
        QCOMPARE(f.bus.standing(), QStringList{"mine/v1 b"});
        QVERIFY(!f.bus.value(kMine, "a"));
        const auto& said = f.bus.utterances();
        QCOMPARE(said.size(), std::size_t{4});
        QVERIFY(said[0].isChange && !said[1].isChange && said[2].isChange && said[3].isChange);
        QCOMPARE(said[3].reason, QStringLiteral("over"));
    }

    void aContractIsDecoded() {
        Fixture f;
        QVERIFY(!f.bus.decoded<time::SyncState>("main"));
        time::SyncState state;
        state.stratum = 3;
        f.bus.publish(QString::fromLatin1(time::SyncState::kTopic), "main", state.encode(), 0);
        QCOMPARE(f.bus.decoded<time::SyncState>("main")->stratum, 3);
        f.bus.publish(QString::fromLatin1(time::SyncState::kTopic), "main", {{QStringLiteral("stratum"), "x"}}, 0);
        QVERIFY(!f.bus.decoded<time::SyncState>("main"));
    }

    void anUnsubscribedListenerHearsNothingMore() {
        Fixture f;
        f.bus.subscribe(kTheirs, &f.listener);
        QCOMPARE(f.bus.subscriptions(), QStringList{kTheirs});
        f.bus.set(kTheirs, "a", value(1));
        f.bus.set(kTheirs, "b", value(1));
        f.listener.onEach = [&] { f.bus.unsubscribe(kTheirs, &f.listener); };
        PluginHarness::settle();
        QCOMPARE(f.listener.seen, QStringList{"theirs/v1 a 1 1"});
        QCOMPARE(f.bus.subscriptions(), QStringList());
    }
};

QTEST_GUILESS_MAIN(TestFakeBus)
#include "tst_fake_bus.moc"

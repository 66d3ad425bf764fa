// SPDX-License-Identifier: GPL-2.0-or-later
// The state bus: retained, conflated, never re-entrant, one writer per key, stale and absent values.
#include <QTest>

#include "bus/state_bus.h"

using namespace fos1;
using namespace fos1::host;

namespace {

const QString kTopic = QStringLiteral("test.topic/v1");
const QString kKey = QStringLiteral("k");

QCborMap number(int n) { return {{QStringLiteral("n"), n}}; }

struct Recorder : IBusListener {
    struct Seen {
        QString key;
        Presence presence;
        qint64 n;
        QString reason;
    };
    std::vector<Seen> seen;
    std::function<void()> act;
    void onState(const QString&, const QString& key, int presence, const QCborMap& value,
                 const QCborMap& meta) override {
        seen.push_back({key, static_cast<Presence>(presence), value.value(QStringLiteral("n")).toInteger(),
                        meta.value(QStringLiteral("reason")).toString()});
        if (act) act();
    }
};

}  // namespace

class TestStateBus : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void aThousandPublishesAreOneDelivery() {
        StateBus bus;
        Recorder recorder;
        bus.subscribe(kTopic, &recorder);
        for (int i = 0; i <= 1000; ++i) QCOMPARE(bus.publish("a", kTopic, kKey, number(i), 0), Status::Ok);
        QCOMPARE(recorder.seen.size(), 0U);
        QTRY_COMPARE(recorder.seen.size(), 1U);
        QCOMPARE(recorder.seen[0].n, 1000);
        QCoreApplication::processEvents();
        QCOMPARE(recorder.seen.size(), 1U);
    }

    void everyOfManyKeysHasItsValue() {
        constexpr int kMany = 500;
        StateBus bus;
        Recorder recorder;
        bus.subscribe(kTopic, &recorder);
        for (const int offset : {0, 1000}) {
            recorder.seen.clear();
            for (int i = 0; i < kMany; ++i) bus.publish("a", kTopic, QString::number(i), number(offset + i), 0);
            QTRY_COMPARE(recorder.seen.size(), std::size_t{kMany});
            for (const Recorder::Seen& seen : recorder.seen) QCOMPARE(seen.n, offset + seen.key.toInt());
            for (const BusEntry* entry : bus.entries()) QCOMPARE(entry->value(), number(offset + entry->key.toInt()));
        }
    }

    void lateSubscriberSeesRetainedValues() {
        StateBus bus;
        bus.publish("a", kTopic, kKey, number(1), 0);
        bus.publish("a", kTopic, "other", number(2), 0);
        QCoreApplication::processEvents();
        Recorder recorder;
        bus.subscribe(kTopic, &recorder);
        QCOMPARE(recorder.seen.size(), 0U);
        QTRY_COMPARE(recorder.seen.size(), 2U);
    }

    void publishFromADeliveryComesOnTheNextTurn() {
        StateBus bus;
        Recorder recorder;
        bool isInside = false;
        bool isReentered = false;
        int left = 3;
        recorder.act = [&] {
            isReentered |= isInside;
            isInside = true;
            if (left-- > 0) bus.publish("a", kTopic, kKey, number(left), 0);
            isInside = false;
        };
        bus.subscribe(kTopic, &recorder);
        bus.publish("a", kTopic, kKey, number(9), 0);
        QTRY_COMPARE(recorder.seen.size(), 4U);
        QVERIFY(!isReentered);
    }

    void unsubscribeInsideADeliveryEndsIt() {
        StateBus bus;
        Recorder recorder;
        recorder.act = [&] { bus.unsubscribe(kTopic, &recorder); };
        bus.subscribe(kTopic, &recorder);
        bus.publish("a", kTopic, "k1", number(1), 0);
        bus.publish("a", kTopic, "k2", number(2), 0);
        QTRY_COMPARE(recorder.seen.size(), 1U);
        QCoreApplication::processEvents();
        QCOMPARE(recorder.seen.size(), 1U);
    }

    void oneWriterAKey() {
        StateBus bus;
        QCOMPARE(bus.publish("a", kTopic, kKey, number(1), 0), Status::Ok);
        QCOMPARE(bus.publish("b", kTopic, kKey, number(2), 0), Status::NotPermitted);
        QCOMPARE(bus.retract("b", kTopic, kKey, "no"), Status::NotPermitted);
        QCOMPARE(bus.retract("a", kTopic, kKey, "done"), Status::Ok);
        QCOMPARE(bus.publish("b", kTopic, kKey, number(2), 0), Status::Ok);
    }

    void aStoppedPublisherIsAbsentWithItsReason() {
        StateBus bus;
        Recorder recorder;
        bus.subscribe(kTopic, &recorder);
        bus.publish("a", kTopic, kKey, number(1), 0);
        QTRY_COMPARE(recorder.seen.size(), 1U);
        bus.retractAll("a", "crashed");
        QTRY_COMPARE(recorder.seen.size(), 2U);
        QCOMPARE(recorder.seen[1].presence, Presence::Absent);
        QCOMPARE(recorder.seen[1].reason, QStringLiteral("crashed"));
    }

    void aValueGoesStaleAfterItsTtl() {
        StateBus bus;
        Recorder recorder;
        bus.subscribe(kTopic, &recorder);
        bus.publish("a", kTopic, kKey, number(7), 30);
        QTRY_COMPARE(recorder.seen.size(), 2U);
        QCOMPARE(recorder.seen[0].presence, Presence::Value);
        QCOMPARE(recorder.seen[1].presence, Presence::Stale);
        QCOMPARE(recorder.seen[1].n, 7);
        bus.publish("a", kTopic, kKey, number(8), 0);
        QTRY_COMPARE(recorder.seen.size(), 3U);
        QCOMPARE(recorder.seen[2].presence, Presence::Value);
    }

    void limits() {
        StateBus bus;
        const QCborMap large{{QStringLiteral("x"), QByteArray(StateBus::kMaxPayloadBytes, 'x')}};
        QCOMPARE(bus.publish("a", kTopic, kKey, large, 0), Status::TooLarge);
        QCOMPARE(bus.publish("a", {}, kKey, number(1), 0), Status::InvalidArgument);
        QCOMPARE(bus.publish("a", kTopic, kKey, number(1), -1), Status::InvalidArgument);
        QVERIFY(bus.entries().empty());
    }

    void whatOnePublisherKeepsIsBounded() {
        StateBus bus;
        const QCborMap big{{QStringLiteral("x"), QByteArray(900'000, 'x')}};
        int accepted = 0;
        while (accepted < 1000 && bus.publish("p", "t/v1", QString::number(accepted), big, 0) == Status::Ok) ++accepted;
        QVERIFY2(accepted > 50 && accepted <= StateBus::kMaxPublisherBytes / 900'000,
                 qPrintable(QString::number(accepted)));
        // It may change its existing values, and other publishers are unaffected.
        QCOMPARE(bus.publish("p", "t/v1", "0", big, 0), Status::Ok);
        QCOMPARE(bus.publish("q", "u/v1", "0", big, 0), Status::Ok);
        bus.retractAll("p", "over");
        QCOMPARE(bus.publish("p", "t/v1", "new", big, 0), Status::Ok);
    }
};

QTEST_GUILESS_MAIN(TestStateBus)
#include "tst_state_bus.moc"

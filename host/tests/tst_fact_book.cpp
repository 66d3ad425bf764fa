// SPDX-License-Identifier: GPL-2.0-or-later
// A fact is a topic itself. It holds while a current value of the topic that provides it says so.
#include <QTest>

#include "bus/state_bus.h"
#include "facts/fact_book.h"
#include "node/fact.h"

using namespace fos1;
using namespace fos1::host;

namespace {

const QString kTopic = QStringLiteral("sky.state/v1");
const QString kName = QStringLiteral("sky.blue");

struct Rig {
    StateBus bus;
    FactBook facts{bus};

    Rig() { facts.add({kName, kTopic, QStringLiteral("isBlue")}); }

    void say(const QString& key, const QCborValue& isBlue, qint64 ttlMs = 0) {
        const auto said = bus.publish(QStringLiteral("eye"), kTopic, key, {{QStringLiteral("isBlue"), isBlue}}, ttlMs);
        QVERIFY(said == Status::Ok);
    }
    [[nodiscard]] QString fact(const QString& name = kName) const {
        const BusEntry* entry = bus.find(QString::fromLatin1(node::Fact::kTopic), name);
        if (!entry) return QStringLiteral("unknown");
        const auto fact = node::Fact::decode(entry->value());
        return !fact ? QStringLiteral("malformed") : fact->holds ? QStringLiteral("holds") : QStringLiteral("no");
    }
};

void turn() { QTest::qWait(1); }

}  // namespace

class TestFactBook : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void beforeAnythingIsSaidItDoesNotHold() {
        Rig r;
        QCOMPARE(r.fact(), QStringLiteral("no"));
        QCOMPARE(r.fact(QStringLiteral("sky.green")), QStringLiteral("unknown"));
        QCOMPARE(r.bus.find(QString::fromLatin1(node::Fact::kTopic), kName)->publisher, QStringLiteral("host"));
    }

    void itHoldsWhileAValueSaysSo() {
        Rig r;
        r.say("east", false);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("no"));
        r.say("west", true);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
        r.say("east", true);
        r.say("west", false);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
        r.bus.retract(QStringLiteral("eye"), kTopic, QStringLiteral("east"), QStringLiteral("night"));
        turn();
        QCOMPARE(r.fact(), QStringLiteral("no"));
    }

    void whatIsOldOrNoBooleanSaysNothing() {
        Rig r;
        r.say("east", QStringLiteral("true"));
        r.say("west", 1);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("no"));
        r.say("east", true, 30);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
        QTRY_COMPARE(r.fact(), QStringLiteral("no"));
    }

    void withThePublisherTheFactGoes() {
        Rig r;
        r.say("east", true);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
        r.bus.retractAll(QStringLiteral("eye"), QStringLiteral("it stopped"));
        turn();
        QCOMPARE(r.fact(), QStringLiteral("no"));
    }

    void oneOfSeveralSourcesIsEnough() {
        Rig r;
        const QString other = QStringLiteral("lamp.state/v1");
        r.facts.add({kName, other, QStringLiteral("blue")});
        r.bus.publish(QStringLiteral("lamp"), other, "l", {{QStringLiteral("blue"), true}}, 0);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
        r.say("east", false);
        turn();
        QCOMPARE(r.fact(), QStringLiteral("holds"));
    }

    /// A subscriber is told once, however often the topic is published.
    void itIsPublishedWhenItChanges() {
        Rig r;
        turn();
        const quint64 before = r.bus.find(QString::fromLatin1(node::Fact::kTopic), kName)->sequence;
        for (int i = 0; i < 3; ++i) {
            r.say("east", false);
            turn();
        }
        QCOMPARE(r.bus.find(QString::fromLatin1(node::Fact::kTopic), kName)->sequence, before);
    }
};

QTEST_GUILESS_MAIN(TestFactBook)
#include "tst_fact_book.moc"

// SPDX-License-Identifier: GPL-2.0-or-later
// Status store and event log: transitions, malformed conditions, repetition counts.
#include <QSignalSpy>
#include <QTest>

#include "fos1/condition.h"
#include "status/event_log.h"
#include "status/status_store.h"

using namespace fos1;
using namespace fos1::host;

namespace {
const ObjectKey kKey{"t.io/v1", "Thing", "default", "x"};
QCborMap only(const StatusStore& store) { return store.conditions(kKey).at(0).toMap(); }
}  // namespace

class TestStatus : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void transitionTimeMovesOnlyWithTheStatus() {
        StatusStore store;
        QSignalSpy changed(&store, &StatusStore::changed);
        QCborMap ready = Condition{"Ready", ConditionStatus::True, "Fine", "all is well", 1}.toCbor();
        QCOMPARE(store.setCondition(kKey, ready), Status::Ok);
        // An old timestamp replaces waiting.
        const QString first = only(store).value(QStringLiteral("lastTransitionTime")).toString();
        QVERIFY(!first.isEmpty());
        QCOMPARE(store.setCondition(kKey, ready), Status::Ok);
        QCOMPARE(changed.size(), 1);
        ready.insert(QStringLiteral("message"), QStringLiteral("still well"));
        store.setCondition(kKey, ready);
        QCOMPARE(changed.size(), 2);
        QCOMPARE(only(store).value(QStringLiteral("lastTransitionTime")).toString(), first);
    }

    void malformedConditionsAreRefused() {
        StatusStore store;
        QCOMPARE(store.setCondition(kKey, {}), Status::InvalidArgument);
        QCOMPARE(store.setCondition(kKey, {{QStringLiteral("type"), QStringLiteral("Ready")},
                                           {QStringLiteral("status"), QStringLiteral("Maybe")}}),
                 Status::InvalidArgument);
        QVERIFY(store.status(kKey).isEmpty());
    }

    void forgettingAndRemoving() {
        StatusStore store;
        store.setFields(kKey, {{QStringLiteral("running"), true}});
        store.setCondition(kKey, Condition{"Ready", ConditionStatus::True, "Fine", {}, 1}.toCbor());
        QCOMPARE(store.removeCondition(kKey, "Ready"), Status::Ok);
        QCOMPARE(store.removeCondition(kKey, "Ready"), Status::NotFound);
        QVERIFY(store.status(kKey).value(QStringLiteral("running")).toBool());
        store.forget(kKey);
        QVERIFY(store.status(kKey).isEmpty());
    }

    void repetitionsAreCounted() {
        EventLog log;
        const Event event{"Warning", "Bad", "it is bad", kKey, "ntp", 1, {}, {}};
        log.record(event);
        log.record({"Normal", "Other", "something else", {}, "ntp", 1, {}, {}});
        log.record(event);
        const auto newest = log.newest(10);
        QCOMPARE(newest.size(), 2U);
        QCOMPARE(newest[1].reason, QStringLiteral("Bad"));
        QCOMPARE(newest[1].count, 2);
        QVERIFY(newest[1].firstTime <= newest[1].lastTime);
    }

    void theLogIsBounded() {
        EventLog log;
        for (std::size_t i = 0; i < EventLog::kCapacity + 50; ++i)
            log.record({"Normal", "N", QString::number(i), {}, "ntp", 1, {}, {}});
        QCOMPARE(log.newest(5000).size(), EventLog::kCapacity);
        QCOMPARE(log.newest(1).front().message, QString::number(EventLog::kCapacity + 49));
    }

    void conditionsAreBounded() {
        StatusStore store;
        const ObjectKey key{"a/v1", "Thing", "default", "x"};
        const auto condition = [](int i, const QString& message = {}) {
            return QCborMap{{QStringLiteral("type"), QString::number(i)},
                            {QStringLiteral("status"), QStringLiteral("True")},
                            {QStringLiteral("message"), message}};
        };
        for (int i = 0; i < static_cast<int>(StatusStore::kMaxConditions); ++i)
            QCOMPARE(store.setCondition(key, condition(i)), Status::Ok);
        QCOMPARE(store.setCondition(key, condition(1000)), Status::TooLarge);
        QCOMPARE(store.setCondition(key, condition(5, "again")), Status::Ok);
        // A condition that is refused would stay as it was, although it is not true any more.
        QCOMPARE(store.setCondition(key, condition(5, QString(100'000, u'x'))), Status::Ok);
        const auto message = [&] {
            for (const QCborValue& each : store.conditions(key))
                if (each[QStringLiteral("type")].toString() == QStringLiteral("5"))
                    return each[QStringLiteral("message")].toString();
            return QString();
        };
        QVERIFY(message().size() < 32'768);
        QVERIFY(message().endsWith("x… (68000 more characters)"));
        QString pairs;
        for (int i = 0; i < 20'000; ++i) pairs += QString::fromUtf8("\xf0\x9f\x95\x90");
        QCOMPARE(store.setCondition(key, condition(5, u'x' + pairs)), Status::Ok);
        QCOMPARE(QString::fromUtf8(message().toUtf8()), message());
        QCborMap longReason = condition(5);
        longReason.insert(QStringLiteral("reason"), QString(200'000, u'x'));
        QCOMPARE(store.setCondition(key, longReason), Status::TooLarge);
    }
};

QTEST_GUILESS_MAIN(TestStatus)
#include "tst_status.moc"

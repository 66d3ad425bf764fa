// SPDX-License-Identifier: GPL-2.0-or-later
// Desired state that a plugin must check: held until answered, in order, each transaction in one step.
#include <QCborArray>
#include <QSignalSpy>
#include <QTest>
#include <deque>

#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "status/event_log.h"
#include "status/status_store.h"
#include "things.h"

using namespace fos1;
using namespace fos1::host;
using namespace fos1::host::test;

namespace {

using Transaction = ResourceStore::Transaction;

const Opinion kFine;
const Opinion kTooMuch{{{ErrorCode::InvalidInput, QStringLiteral("is too much"), QStringLiteral("spec.value")}}, {}};

struct Fixture {
    ResourceStore store{admit};
    ReconcileQueue queue{[](const QString&, Ticket) {}};
    StatusStore status;
    EventLog events;
    std::deque<OnOpinion> asked;
    bool isSomebodyThere = true;
    AdmissionDesk desk{{store, queue, status, events}, [this](const StoredObject&, OnOpinion answered) {
                           if (isSomebodyThere) asked.push_back(std::move(answered));
                           return isSomebodyThere;
                       }};

    /// The value of the object; -1 when it is not stored.
    [[nodiscard]] int value(const QString& name) const {
        const StoredObject* stored = store.find(key(name));
        return stored ? valueOf(stored->object()) : -1;
    }
    [[nodiscard]] QString lastEvent() const {
        const auto newest = events.newest(1);
        return newest.empty() ? QString() : newest[0].reason + u' ' + newest[0].message;
    }
    [[nodiscard]] QString accepted(const QString& name) const { return conditionOf(key(name)); }
    [[nodiscard]] QString ofSource() const { return conditionOf(StatusStore::pluginKey("one")); }
    [[nodiscard]] QString conditionOf(const ObjectKey& about) const {
        const QCborArray conditions = status.conditions(about);
        return conditions.isEmpty() ? QString()
                                    : conditions.first().toMap().value(QStringLiteral("message")).toString();
    }
};

}  // namespace

class TestAdmissionDesk : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void withNobodyToAskItIsTakenAtOnce() {
        Fixture f;
        f.isSomebodyThere = false;
        const auto result = f.desk.apply({{{"a", {object("x", 1)}}, {"b", {object("y", -1)}}}, {}}, true);
        QCOMPARE(result.changed, 1);
        QCOMPARE(result.refusals.size(), 1U);
        QVERIFY(!f.desk.isHolding());
        QVERIFY(f.queue.isOpen());
        QCOMPARE(f.value("x"), 1);
    }

    void whatIsAskedAboutIsHeldUntilItIsAnswered() {
        Fixture f;
        const auto result = f.desk.apply({{{"a", {object("x", 1)}}, {"b", {object("y", -1)}}}, {}}, true);
        QCOMPARE(result.changed, 0);
        QCOMPARE(result.refusals.size(), 1U);  // the schema's refusal is reported immediately
        QCOMPARE(f.asked.size(), 1U);          // and an object that the schema refuses is not asked about
        QVERIFY(f.desk.isHolding());
        QVERIFY2(!f.queue.isOpen(), "not taken yet is not deleted");
        bool isTaken = false;
        f.desk.whenTaken([&] { isTaken = true; });
        QVERIFY(!isTaken);
        f.asked[0](kFine);
        QCOMPARE(f.value("x"), 1);
        QVERIFY(isTaken);
        QVERIFY(f.queue.isOpen());
        QVERIFY(!f.desk.isHolding());
        QVERIFY2(f.lastEvent().isEmpty(), "the source knows of b");
    }

    void whatIsRefusedLaterLeavesTheLastGoodVersionAndSaysSo() {
        Fixture f;
        f.desk.apply({{{"a", {object("x", 1), object("y", 1)}}}, {}}, true);
        f.asked[0](kFine);
        f.asked[1](kFine);
        f.desk.apply({{{"a", {object("x", 2), object("y", 2)}}, {"b", {object("z", 2)}}}, {}, "one"}, true);
        f.asked[3](kTooMuch);
        f.asked[2](kFine);
        QCOMPARE(f.value("z"), -1);  // one step: not before the last answer
        f.asked[4](kFine);
        QCOMPARE(f.value("x"), 1);
        QCOMPARE(f.value("y"), 1);
        QCOMPARE(f.value("z"), 2);
        QCOMPARE(f.lastEvent(), QStringLiteral("Refused spec.value: is too much"));
        QCOMPARE(f.events.newest(1)[0].regarding.name, QStringLiteral("y"));
        QVERIFY2(f.accepted("x").contains("The last good version stays in force: ") &&
                     f.accepted("x").contains("y: spec.value: is too much"),
                 qPrintable(f.accepted("x")));
        QVERIFY(!f.accepted("y").isEmpty());
        QVERIFY(f.accepted("z").isEmpty());
        QVERIFY2(f.ofSource().startsWith("a: Thing default/y: spec.value: "), qPrintable(f.ofSource()));
        // The complete state of another source does not clear it.
        f.isSomebodyThere = false;
        f.desk.apply({{}, {}, "other", true}, true);
        QVERIFY(!f.ofSource().isEmpty());
        f.isSomebodyThere = true;
        f.desk.apply({{{"a", {object("x", 3), object("y", 3)}}}, {}, "one"}, true);
        f.asked[5](kFine);
        f.asked[6](kFine);
        QCOMPARE(f.value("y"), 3);
        QVERIFY(f.accepted("x").isEmpty() && f.accepted("y").isEmpty() && f.ofSource().isEmpty());
    }

    void versionsAreTakenInTheOrderInWhichTheyCame() {
        Fixture f;
        QList<int> values;
        connect(&f.store, &ResourceStore::changed, this, [&] { values.append(f.value("x")); });
        f.desk.apply({{{"a", {object("x", 1)}}}, {}}, true);
        f.desk.apply({{{"a", {object("x", 2)}}}, {}}, true);
        f.isSomebodyThere = false;
        f.desk.apply({{{"a", {object("x", 3)}}}, {}}, true);  // no question is asked, and yet it waits
        f.desk.apply({{}, {"a"}}, true);
        f.asked[1](kFine);
        QVERIFY(values.isEmpty());
        f.asked[0](kFine);
        QCOMPARE(values, (QList<int>{1, 2, 3, -1}));
        QVERIFY(!f.desk.isHolding());
    }

    void aWholeStateStaysWhole() {
        Fixture f;
        f.isSomebodyThere = false;
        f.desk.apply({{{"a", {object("x", 1)}}, {"b", {object("y", 1)}}}, {}, "one"}, true);
        f.isSomebodyThere = true;
        QSignalSpy changed(&f.store, &ResourceStore::changed);
        QSignalSpy removed(&f.store, &ResourceStore::removed);
        f.desk.apply({{{"a", {object("x", 2)}}, {"c", {object("z", 2)}}}, {}, "one", true}, true);
        f.asked[1](kFine);
        QCOMPARE(changed.size(), 0);
        f.asked[0](kTooMuch);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(f.value("x"), 1);  // refused, which is not removed
        QCOMPARE(f.value("y"), -1);
        QCOMPARE(f.value("z"), 2);
    }

    void aClashThatArisesWhileHeldIsRefused() {
        Fixture f;
        f.desk.apply({{{"a", {object("x", 1)}}}, {}}, true);
        f.desk.apply({{{"b", {object("x", 2)}}}, {}}, true);
        f.asked[0](kFine);
        f.asked[1](kFine);
        QCOMPARE(f.value("x"), 1);
        QVERIFY2(f.lastEvent().contains("in a and in b"), qPrintable(f.lastEvent()));
    }

    void whoCannotBeAskedRefusesNothing() {
        Fixture f;
        f.desk.apply({{{"a", {object("x", 1), object("y", 1)}}}, {}}, true);
        f.asked[0]({{}, {"p: ended"}});
        f.asked[1]({{}, {"p: ended"}});
        QCOMPARE(f.value("x"), 1);
        QCOMPARE(f.lastEvent(), QStringLiteral("NotChecked 2 objects were accepted without the checks of p: ended"));
    }

    void anAnswerFromInsideTheQuestionIsTheSourcesAnswer() {
        ResourceStore store(admit);
        ReconcileQueue queue{[](const QString&, Ticket) {}};
        StatusStore status;
        EventLog events;
        AdmissionDesk desk({store, queue, status, events}, [](const StoredObject& about, const OnOpinion& answered) {
            answered(valueOf(about.object()) > 9 ? kTooMuch : kFine);
            return true;
        });
        QCOMPARE(desk.apply({{{"a", {object("x", 1)}}}, {}}, true).changed, 1);
        const auto result = desk.apply({{{"a", {object("x", 10)}}}, {}}, true);
        QCOMPARE(result.refusals.size(), 1U);
        QCOMPARE(result.refusals[0].error.message, QStringLiteral("is too much"));
        QVERIFY(events.newest(1).empty());
        QVERIFY(!desk.isHolding());
    }
};

QTEST_GUILESS_MAIN(TestAdmissionDesk)
#include "tst_admission_desk.moc"

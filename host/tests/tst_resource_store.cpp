// SPDX-License-Identifier: GPL-2.0-or-later
// The resource store: complete origins or nothing, one origin per object, generations that count changes of the spec.
#include <QSignalSpy>
#include <QTest>

#include "resources/resource_store.h"
#include "things.h"

using namespace fos1;
using namespace fos1::host;
using namespace fos1::host::test;

namespace {

int valueOf(const ResourceStore& store, const QString& name) {
    const StoredObject* stored = store.find(key(name));
    return stored ? test::valueOf(stored->object()) : -1;
}

}  // namespace

class TestResourceStore : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void generationCountsChangesOfTheSpec() {
        ResourceStore store(admit);
        QCOMPARE(store.apply({{{"a", {object("x", 1)}}}, {}}).changed, 1);
        QCOMPARE(store.find(key("x"))->generation, 1);
        const QCborMap before = store.find(key("x"))->object();
        QCOMPARE(store.apply({{{"a", {object("x", 1)}}}, {}}).changed, 0);
        QVERIFY(store.find(key("x"))->object() == before);
        QCOMPARE(store.apply({{{"a", {object("x", 2)}}}, {}}).changed, 1);
        QCOMPARE(store.find(key("x"))->generation, 2);
        const auto uid = [](const QCborMap& o) {
            return o.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("uid")).toString();
        };
        QCOMPARE(uid(store.find(key("x"))->object()), uid(before));
    }

    void whatIsPreparedIsNotCheckedAgain() {
        int checks = 0;
        ResourceStore store([&](const QCborMap& object) {
            ++checks;
            return admit(object);
        });
        store.prepare(object("x", 1));
        store.prepare(object("y", -1));
        QCOMPARE(checks, 2);
        QCOMPARE(store.size(), 0U);
        QCOMPARE(store.apply({{{"a", {object("x", 1)}}}, {}, "me"}).changed, 1);
        QCOMPARE(checks, 2);
        QCOMPARE(store.find(key("x"))->origin, QStringLiteral("a"));
        QCOMPARE(store.find(key("x"))->owner, QStringLiteral("me"));
        // A mistake is in the answer to the transaction.
        QCOMPARE(store.apply({{{"a", {object("x", 1), object("y", -1)}}}, {}, "me"}).refusals.size(), 1U);
        // Another version came in between: the generation follows from that one.
        store.prepare(object("x", 3));
        store.apply({{{"a", {object("x", 2)}}}, {}, "me"});
        store.apply({{{"a", {object("x", 3)}}}, {}, "me"});
        QCOMPARE(store.find(key("x"))->generation, 3);
        QCOMPARE(valueOf(store, "x"), 3);
    }

    void tellsWhichObjectsChanged() {
        ResourceStore store(admit);
        std::vector<std::set<ObjectKey>> told;
        connect(&store, &ResourceStore::objectsChanged, this,
                [&](const std::vector<ObjectKey>& keys) { told.emplace_back(keys.begin(), keys.end()); });
        store.apply({{{"a", {object("x", 1), object("y", 2)}}, {"b", {object("z", 3)}}}, {}});
        QCOMPARE(told.size(), 1u);
        QVERIFY((told[0] == std::set{key("x"), key("y"), key("z")}));
        store.apply({{{"a", {object("x", 1), object("y", 2)}}}, {}});
        QCOMPARE(told.size(), 1u);
        store.apply({{{"a", {object("x", 7)}}}, {"b"}});
        QCOMPARE(told.size(), 2u);
        QVERIFY((told[1] == std::set{key("x"), key("y"), key("z")}));
        QVERIFY(store.keys({"t.io/v1/Thing"}) == std::set{key("x")});
        QVERIFY(store.keys({"t.io/v1/Other"}).empty());
    }

    void aBrokenOriginKeepsItsLastGoodObjects() {
        ResourceStore store(admit);
        store.apply({{{"a", {object("x", 1), object("y", 2)}}}, {}});
        const auto result = store.apply({{{"a", {object("x", 5), object("y", -1)}}, {"b", {object("z", 3)}}}, {}});
        QCOMPARE(result.refusals.size(), 1U);
        QCOMPARE(result.refusals[0].origin, QStringLiteral("a"));
        QCOMPARE(result.refusals[0].index, 1);
        QCOMPARE(result.refusals[0].error.text(), QStringLiteral("spec.value: must not be negative"));
        QCOMPARE(valueOf(store, "x"), 1);
        QCOMPARE(valueOf(store, "y"), 2);
        QCOMPARE(valueOf(store, "z"), 3);
    }

    void theSameObjectInTwoOriginsNamesBoth() {
        ResourceStore store(admit);
        const auto result = store.apply({{{"a", {object("x", 1)}}, {"b", {object("x", 2)}}}, {}});
        QCOMPARE(result.refusals.size(), 1U);
        QCOMPARE(result.refusals[0].origin, QStringLiteral("b"));
        QVERIFY2(result.refusals[0].error.message.contains("in a and in b"),
                 qPrintable(result.refusals[0].error.message));
        QCOMPARE(valueOf(store, "x"), 1);
        // Once the first is removed, the second is accepted.
        QVERIFY(store.apply({{{"b", {object("x", 2)}}}, {"a"}}).refusals.empty());
        QCOMPARE(valueOf(store, "x"), 2);
    }

    void twiceInOneOriginIsRefused() {
        ResourceStore store(admit);
        QCOMPARE(store.apply({{{"a", {object("x", 1), object("x", 2)}}}, {}}).refusals.size(), 1U);
        QCOMPARE(store.size(), 0U);
    }

    void aMoveBetweenOriginsIsNoDeletion() {
        ResourceStore store(admit);
        store.apply({{{"a", {object("x", 1)}}}, {}});
        QSignalSpy removed(&store, &ResourceStore::removed);
        QVERIFY(store.apply({{{"b", {object("x", 1)}}}, {"a"}}).refusals.empty());
        QCOMPARE(removed.size(), 0);
        QCOMPARE(store.find(key("x"))->generation, 1);
        QCOMPARE(store.find(key("x"))->origin, QStringLiteral("b"));
    }

    void aRefusedOriginsOldObjectsCannotBeTakenByAnother() {
        ResourceStore store(admit);
        store.apply({{{"a", {object("x", 1)}}}, {}});
        // a replaces x by y, but is refused; so b cannot have x.
        const auto result = store.apply({{{"a", {object("y", -1)}}, {"b", {object("x", 2)}}}, {}});
        QCOMPARE(result.refusals.size(), 2U);
        QCOMPARE(valueOf(store, "x"), 1);
        QCOMPARE(store.size(), 1U);
    }

    void snapshotHoldsTheKindsAskedFor() {
        ResourceStore store(admit);
        QSignalSpy changed(&store, &ResourceStore::changed);
        store.apply({{{"a", {object("x", 1)}}}, {}});
        QCOMPARE(changed.size(), 1);
        QCOMPARE(changed[0][0].toStringList(), QStringList{"t.io/v1/Thing"});
        QCOMPARE(desiredObjects(store.snapshot({"t.io/v1/Thing"})).size(), 1U);
        QCOMPARE(desiredObjects(store.snapshot({"t.io/v1/Other"})).size(), 0U);
        store.apply({{}, {"a"}});
        QCOMPARE(changed.size(), 2);
    }

    void aWholeStateEndsWhatTheOwnerHadBefore() {
        ResourceStore store(admit);
        store.apply({{{"a", {object("x", 1)}}, {"b", {object("y", 2)}}}, {}, "one"});
        store.apply({{{"c", {object("z", 3)}}}, {}, "two"});
        // The same object from another origin of the same owner, in one step: no observer sees it removed.
        QSignalSpy removed(&store, &ResourceStore::removed);
        const auto result = store.apply({{{"d", {object("x", 1)}}}, {}, "one", true});
        QVERIFY(result.refusals.empty());
        QCOMPARE(result.changed, 1);
        QCOMPARE(removed.size(), 1);
        QCOMPARE(removed[0][0].value<ObjectKey>().name, QStringLiteral("y"));
        QCOMPARE(store.find(key("x"))->origin, QStringLiteral("d"));
        QCOMPARE(store.find(key("x"))->generation, 1);
        QCOMPARE(valueOf(store, "z"), 3);
        // A refused origin keeps its previous objects, also in a complete state.
        QCOMPARE(store.apply({{{"d", {object("x", -1)}}}, {}, "one", true}).refusals.size(), 1U);
        QCOMPARE(valueOf(store, "x"), 1);
        // An origin of another source cannot be taken over.
        QCOMPARE(store.apply({{{"e", {object("z", 4)}}}, {}, "one", true}).refusals.size(), 1U);
        QCOMPARE(valueOf(store, "z"), 3);
        QCOMPARE(store.size(), 1U);
    }

    void anOriginBelongsToItsSource() {
        ResourceStore store(admit);
        store.apply({{{"a", {object("x", 1)}}}, {}, "one"});
        QCOMPARE(store.apply({{}, {"a"}, "two"}).changed, 0);
        QCOMPARE(store.apply({{}, {}, "two", true}).changed, 0);
        const auto replaced = store.apply({{{"a", {object("y", 2)}}}, {}, "two"});
        QCOMPARE(replaced.refusals.size(), 1U);
        QVERIFY(replaced.refusals.front().error.message.contains("belongs to plugin \"one\""));
        QCOMPARE(store.apply({{{"a", {}}}, {}, "two"}).changed, 0);
        // Nor by removing it and declaring the same object elsewhere, in one step.
        QCOMPARE(store.apply({{{"b", {object("x", 3)}}}, {"a"}, "two"}).refusals.size(), 1U);
        QCOMPARE(valueOf(store, "x"), 1);
        QCOMPARE(store.size(), 1U);
        QCOMPARE(store.apply({{}, {"a"}, "one"}).changed, 1);
    }
};

QTEST_GUILESS_MAIN(TestResourceStore)
#include "tst_resource_store.moc"

// SPDX-License-Identifier: MIT
// The fake host of the kit: permissions, thread, tickets, and the rules of each feature.
#include <QJsonArray>
#include <QTest>
#include <thread>

#include "fos1/plugin.h"
#include "fos1/testing/fake_host.h"
#include "fos1/testing/plugin_harness.h"

using namespace fos1;
using namespace fos1::testing;

namespace {

int code(Status status) { return static_cast<int>(status); }
int outcome(Outcome value) { return static_cast<int>(value); }

const QStringList kAll{IBus::kIid,    IStatus::kIid,    IStatusFeed::kIid, IMetrics::kIid,
                       IEvents::kIid, IEventFeed::kIid, ISpecSource::kIid, ISpecCatalog::kIid};

QJsonObject metadata(const QStringList& features = kAll) {
    return {{"id", "p"},
            {"kinds", QJsonArray{"t.io/v1/Thing"}},
            {"publishes", QJsonArray{"mine/v1"}},
            {"features", QJsonObject{{"required", QJsonArray::fromStringList(features)}}}};
}

QCborMap object(const QString& name) {
    return {{QStringLiteral("apiVersion"), QStringLiteral("t.io/v1")},
            {QStringLiteral("kind"), QStringLiteral("Thing")},
            {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), name}}}};
}

const ObjectKey kThing{"t.io/v1", "Thing", {}, "one"};

std::vector<DesiredObject> oneThing() {
    return desiredObjects({{QStringLiteral("objects"), QCborArray{object(QStringLiteral("one"))}}});
}

QCborMap condition(const QString& status) {
    return {{QStringLiteral("type"), QStringLiteral("Ready")},
            {QStringLiteral("status"), status},
            {QStringLiteral("reason"), QStringLiteral("Running")},
            {QStringLiteral("message"), QStringLiteral("All is well.")}};
}

}  // namespace

class TestFakeHost : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void onlyTheFeaturesOfTheMetadata() {
        FakeHost host(metadata({IBus::kIid}), {});
        QVERIFY(feature<IBus>(host));
        QVERIFY(!feature<IEvents>(host));
        QVERIFY(!host.query("io.fos1.Nonsense/1"));
        FakeHost all(metadata(), {});
        for (const QString& iid : kAll) QVERIFY2(all.query(iid), qPrintable(iid));
    }

    void aTicketIsCompletedOnce() {
        FakeHost host(metadata(), {});
        const quint64 ticket = host.expect();
        QVERIFY(host.completion(ticket).outcome == Outcome::Unknown);
        QCOMPARE(host.complete(ticket, outcome(Outcome::Retry), 250, "later"), code(Status::Ok));
        QCOMPARE(host.complete(ticket, outcome(Outcome::Ok), 0, {}), code(Status::InvalidArgument));
        QCOMPARE(host.completion(ticket).times, 2);
        QVERIFY(host.completion(ticket).outcome == Outcome::Retry);
        QCOMPARE(host.completion(ticket).retryAfterMs, 250);
        QCOMPARE(host.completion(ticket).message, QStringLiteral("later"));
        QCOMPARE(host.complete(4711, outcome(Outcome::Ok), 0, {}), code(Status::InvalidArgument));
        QCOMPARE(host.complete(host.expect(), 9, 0, {}), code(Status::InvalidArgument));
        QCOMPARE(host.complete(host.expect(), outcome(Outcome::Retry), -1, {}), code(Status::InvalidArgument));
        QCOMPARE(host.wrongCompletions().size(), 4);
    }

    void anotherThreadIsAnsweredAndRemembered() {
        FakeHost host(metadata(), {});
        const quint64 ticket = host.expect();
        std::thread([&] {
            QCOMPARE(host.complete(ticket, outcome(Outcome::Ok), 0, {}), code(Status::WrongThread));
            QVERIFY(!host.query(QString::fromLatin1(IBus::kIid)));
            QCOMPARE(host.bus.publish("mine/v1", "k", {}, 0), code(Status::WrongThread));
            QCOMPARE(host.status.setFields({}, {}), code(Status::WrongThread));
            QCOMPARE(host.statusFeed.subscribe(nullptr), code(Status::WrongThread));
            QCOMPARE(host.events.record({}), code(Status::WrongThread));
            QCOMPARE(host.metrics.declare("a", 1, "h", {}, 0), -code(Status::WrongThread));
            QVERIFY(host.specSource.apply({}).isEmpty());
        }).join();
        QCOMPARE(host.guard.strayCalls(),
                 (QStringList{"host.complete", "host.query", "bus.publish", "status.setFields", "statusFeed.subscribe",
                              "events.record", "metrics.declare", "specSource.apply"}));
        QVERIFY(!host.isCompleted(ticket));
    }

    void metricsFollowTheRulesOfPrometheus() {
        FakeHost host(metadata(), {});
        FakeMetrics& m = host.metrics;
        const int gauge = static_cast<int>(MetricType::Gauge);
        const int counter = static_cast<int>(MetricType::Counter);
        QCOMPARE(m.declare("bad name", gauge, "h", {}, 0), -code(Status::InvalidArgument));
        QCOMPARE(m.declare("good", gauge, {}, {}, 0), -code(Status::InvalidArgument));
        QCOMPARE(m.declare("good", 7, "h", {}, 0), -code(Status::InvalidArgument));
        QCOMPARE(m.declare("good", gauge, "h", "__x", 0), -code(Status::InvalidArgument));
        QCOMPARE(m.declare("count", counter, "h", {}, 0), -code(Status::InvalidArgument));
        const int level = m.declare("level_ratio", gauge, "h", "zone,area", 3);
        QVERIFY(level > 0);
        QCOMPARE(m.declare("level_ratio", gauge, "h", "zone,area", 3), level);
        QCOMPARE(m.declare("level_ratio", gauge, "h", {}, 3), -code(Status::NotPermitted));
        QCOMPARE(m.set(level, {{QStringLiteral("zone"), "z"}}, 1), code(Status::InvalidArgument));
        QCOMPARE(m.set(level, {{QStringLiteral("zone"), "z"}, {QStringLiteral("area"), "a"}}, 5), code(Status::Ok));
        QCOMPARE(m.value("level_ratio", "a z"), std::optional<qint64>(5));
        const int total = m.declare("things_total", counter, "h", {}, 0);
        QCOMPARE(m.set(total, {}, 5), code(Status::Ok));
        QCOMPARE(m.set(total, {}, 4), code(Status::InvalidArgument));
        QCOMPARE(m.value("things_total"), std::optional<qint64>(5));
        QCOMPARE(m.set(99, {}, 1), code(Status::NotFound));
        QCOMPARE(m.remove(total, {}), code(Status::Ok));
        QVERIFY(!m.value("things_total"));
        m.freeze();
        QCOMPARE(m.declare("late", gauge, "h", {}, 0), -code(Status::NotPermitted));
    }

    void seriesAreLimited() {
        FakeHost host(metadata(), {});
        const int id = host.metrics.declare("many", static_cast<int>(MetricType::Gauge), "h", "n", 0);
        for (int i = 0; i < 1024; ++i)
            QCOMPARE(host.metrics.set(id, {{QStringLiteral("n"), QString::number(i)}}, i), code(Status::Ok));
        QCOMPARE(host.metrics.set(id, {{QStringLiteral("n"), "more"}}, 1), code(Status::TooLarge));
    }

    void eventsAreChecked() {
        FakeHost host(metadata(), {});
        QCborMap event{{QStringLiteral("type"), "Normal"}, {QStringLiteral("reason"), "Happened"}};
        QCOMPARE(host.events.record(event), code(Status::Ok));
        event.insert(QStringLiteral("message"), QString(20'000, u'x'));
        QCOMPARE(host.events.record(event), code(Status::TooLarge));
        QCOMPARE(host.events.record({{QStringLiteral("type"), "Strange"}}), code(Status::InvalidArgument));
        QCOMPARE(host.events.reasons(), QStringList{"Happened"});
    }

    void statusIsOfObjectsThatExist() {
        FakeHost host(metadata(), {});
        QCOMPARE(host.status.setCondition(kThing.toCbor(), condition("True")), code(Status::NotFound));
        host.status.setObjects(oneThing());
        QCOMPARE(host.status.setCondition(kThing.toCbor(), condition("True")), code(Status::Ok));
        QCOMPARE(host.status.setCondition(kThing.toCbor(), condition("True")), code(Status::Ok));
        QCOMPARE(host.status.setCondition(kThing.toCbor(), condition("Perhaps")), code(Status::InvalidArgument));
        QCOMPARE(host.status.condition("one", "Ready"), QStringLiteral("True/Running"));
        QCOMPARE(host.status.message("one", "Ready"), QStringLiteral("All is well."));
        QCOMPARE(host.status.setFields(kThing.toCbor(), {{QStringLiteral("n"), 1}}), code(Status::Ok));
        QCOMPARE(host.status.setFields(kThing.toCbor(), {{QStringLiteral("n"), 1}}), code(Status::Ok));
        QCOMPARE(host.status.fieldWrites(), 2);
        QCOMPARE(host.status.changes(), (QStringList{"Ready=True/Running of Thing /one", "fields of Thing /one"}));
        QCOMPARE(host.status.removeCondition(kThing.toCbor(), "Other"), code(Status::NotFound));
        QCOMPARE(host.status.setCondition({}, condition("False")), code(Status::Ok));
        host.status.setObjects({});
        QCOMPARE(host.status.condition("one", "Ready"), QString());
        QCOMPARE(host.status.condition({}, "Ready"), QStringLiteral("False/Running"));
    }

    void theFeedPlaysStatus() {
        struct Listener : IStatusListener {
            void onStatus(const QCborMap& object, const QCborMap& status) override {
                seen.append(ObjectKey::fromCbor(object).text() + u' ' +
                            QString::number(status.value(QStringLiteral("n")).toInteger(-1)));
            }
            QStringList seen;
        } listener;
        FakeHost host(metadata(), {});
        host.statusFeed.set(kThing, {{QStringLiteral("n"), 1}});
        PluginHarness::settle();
        QCOMPARE(host.statusFeed.subscribe(nullptr), code(Status::InvalidArgument));
        QCOMPARE(host.statusFeed.subscribe(&listener), code(Status::Ok));
        QCOMPARE(listener.seen, QStringList());
        PluginHarness::settle();
        QCOMPARE(listener.seen, QStringList{"Thing /one 1"});
        // The plugin's own status comes back: several changes as one, and a removed object as an empty status.
        host.status.setObjects(oneThing());
        host.status.setFields(kThing.toCbor(), {{QStringLiteral("n"), 2}});
        host.status.setFields(kThing.toCbor(), {{QStringLiteral("n"), 3}});
        PluginHarness::settle();
        host.status.setObjects({});
        PluginHarness::settle();
        QCOMPARE(listener.seen, (QStringList{"Thing /one 1", "Thing /one 3", "Thing /one -1"}));
        host.statusFeed.unsubscribe(&listener);
        QVERIFY(!host.statusFeed.hasSubscribers());
    }

    void eventsArePlayedOnTheNextTurn() {
        struct : IEventListener {
            void onEvent(const QCborMap& event) override {
                seen.append(event.value(QStringLiteral("reason")).toString());
            }
            QStringList seen;
        } listener;
        FakeHost host(metadata(), {});
        QCOMPARE(host.eventFeed.subscribe(nullptr), code(Status::InvalidArgument));
        QCOMPARE(host.eventFeed.subscribe(&listener), code(Status::Ok));
        host.eventFeed.happen({{QStringLiteral("reason"), QStringLiteral("One")}});
        host.eventFeed.happen({{QStringLiteral("reason"), QStringLiteral("Two")}});
        QCOMPARE(listener.seen, QStringList());
        PluginHarness::settle();
        QCOMPARE(listener.seen, (QStringList{"One", "Two"}));
        QCOMPARE(host.eventFeed.unsubscribe(&listener), code(Status::Ok));
        QVERIFY(!host.eventFeed.hasSubscribers());
    }

    void theCatalogTellsWhatTheTestSays() {
        FakeHost host(metadata(), {});
        host.specCatalog.add({{QStringLiteral("kind"), QStringLiteral("Thing")}});
        QCOMPARE(host.specCatalog.kinds().value(QStringLiteral("kinds")).toArray().size(), 1);
        QCOMPARE(host.specCatalog.pending(QStringLiteral("t.io/v1"), QStringLiteral("Thing")), 0);
        host.specCatalog.setPending(QStringLiteral("t.io/v1"), QStringLiteral("Thing"), 2);
        QCOMPARE(host.specCatalog.pending(QStringLiteral("t.io/v1"), QStringLiteral("Thing")), 2);
    }

    void theDoorForDesiredStateKeepsOrigins() {
        FakeHost host(metadata(), {});
        const auto replace = [](const QString& origin, const QCborArray& objects) {
            return QCborMap{{QStringLiteral("replace"), QCborMap{{origin, objects}}}};
        };
        QCOMPARE(host.specSource.apply(replace("a", {object("one")})).value(QStringLiteral("changed")), QCborValue(1));
        host.specSource.refuse("a", 0, "spec.x", "is wrong");
        const QCborArray errors = host.specSource.apply(replace("a", {})).value(QStringLiteral("errors")).toArray();
        QCOMPARE(errors.size(), 1);
        QCOMPARE(errors[0].toMap().value(QStringLiteral("path")), QCborValue("spec.x"));
        QCOMPARE(host.specSource.origins().at("a").size(), 1);
        host.specSource.accept("a");
        QVERIFY(!host.specSource.isSynced());
        host.specSource.apply({{QStringLiteral("remove"), QCborArray{"a", "b"}}, {QStringLiteral("synced"), true}});
        QVERIFY(host.specSource.origins().empty());
        QVERIFY(host.specSource.isSynced());
        QCOMPARE(host.specSource.transactions().size(), std::size_t{3});
    }
};

QTEST_GUILESS_MAIN(TestFakeHost)
#include "tst_fake_host.moc"

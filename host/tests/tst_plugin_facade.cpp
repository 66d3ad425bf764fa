// SPDX-License-Identifier: GPL-2.0-or-later
// What a plugin may do through its facade: on its own thread, with its own topics, requested features and existing
// objects.
#include <QCborArray>
#include <QTest>
#include <thread>

#include "bus/state_bus.h"
#include "fos1/page.h"
#include "fos1/plugin.h"
#include "metrics/metric_registry.h"
#include "plugins/plugin_facade.h"
#include "plugins/powers.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"
#include "things.h"

using namespace fos1;
using namespace fos1::host;
using namespace fos1::host::test;

namespace {

int code(Status status) { return static_cast<int>(status); }

struct Fixture {
    StateBus bus;
    ResourceStore resources{[](const QCborMap& object) { return object; }};
    ReconcileQueue queue{[](const QString&, Ticket) {}};
    StatusStore status;
    EventLog events;
    AdmissionDesk admission{{resources, queue, status, events},
                            [](const StoredObject&, const OnOpinion&) { return false; }};
    MetricRegistry metrics;
    SpecQuestions specs;
    PluginMetadata metadata;
    std::vector<Ticket> completed;
    std::unique_ptr<PluginFacade> facade;

    explicit Fixture(const QStringList& features) {
        metadata.id = QStringLiteral("p");
        metadata.publishes = QStringList{"mine/v1"};
        metadata.subscribes = QStringList{"theirs/v1"};
        metadata.requiredFeatures = features;
        facade = std::make_unique<PluginFacade>(
            metadata, QCborMap(), PluginFacade::Directories{"/state", "/run"},
            HostServices{bus, resources, admission, queue, status, events, metrics, specs},
            [this](Ticket ticket, Outcome, int, const QString&) {
                completed.push_back(ticket);
                return ticket == 1;
            });
    }
};

const QStringList kAll = PluginFacade::offeredFeatures();

}  // namespace

class TestPluginFacade : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void onlyTheFeaturesThatWereAskedFor() {
        const Fixture f({IBus::kIid});
        QVERIFY(feature<IBus>(*f.facade));
        QVERIFY(!feature<IStatus>(*f.facade));
        QVERIFY(!f.facade->query(QStringLiteral("io.fos1.Nonsense/1")));
    }

    void noFeatureWithoutTheRequest() {
        const Fixture f({});
        for (const QString& iid : PluginFacade::offeredFeatures()) QVERIFY2(!f.facade->query(iid), qPrintable(iid));
    }

    void powersNeedAGrant() {
        for (const QString& iid : privilegedFeatures()) {
            QVERIFY(PluginFacade::offeredFeatures().contains(iid));
            PluginMetadata metadata;
            metadata.id = QStringLiteral("stranger");
            metadata.requiredFeatures = QStringList{IBus::kIid, iid};
            QVERIFY(withholdPowers(metadata, {}).refusal.contains("isolation.stranger.features to [" + iid + "]"));
            QVERIFY(withholdPowers(metadata, {{iid}, false}).refusal.isEmpty());
            QCOMPARE(powersOf(metadata).size(), 1);
            metadata.requiredFeatures = QStringList{IBus::kIid};
            metadata.wantedFeatures = QStringList{IStatus::kIid, iid};
            PluginMetadata granted = metadata;
            QVERIFY(withholdPowers(granted, {{iid}, false}).withheld.isEmpty());
            QVERIFY(granted.mayUse(iid));
            QCOMPARE(withholdPowers(metadata, {{QStringLiteral("io.fos1.Other/1")}, true}).withheld.size(), 1);
            QVERIFY(!metadata.mayUse(iid) && metadata.mayUse(IStatus::kIid) && powersOf(metadata).isEmpty());
        }
        PluginMetadata metadata;
        metadata.kinds = QStringList{"v1/Secret"};
        QVERIFY(!withholdPowers(metadata, {{}, false}).refusal.isEmpty());
        QVERIFY(withholdPowers(metadata, {{}, true}).refusal.isEmpty());
    }

    void secretValuesAreForThoseWhoMaySeeThem() {
        Fixture f(kAll);
        f.specs.masked = [](const QCborMap&) { return QCborMap{{QStringLiteral("key"), QStringLiteral("********")}}; };
        const QCborMap object{{QStringLiteral("key"), QStringLiteral("SECRET")}};
        const QCborMap snapshot{{QStringLiteral("objects"), QCborArray{object}}, {QStringLiteral("more"), 1}};
        QCOMPARE(f.facade->shown(object), object);
        QCOMPARE(f.facade->shownSnapshot(snapshot), snapshot);
        PluginMetadata stranger;
        QVERIFY(withholdPowers(stranger, {{}, false}).refusal.isEmpty() && !stranger.seesSecrets);
        QVERIFY(withholdPowers(stranger, {{}, true}).refusal.isEmpty() && stranger.seesSecrets);
        f.metadata.seesSecrets = false;
        QVERIFY(!f.facade->shown(object).value(QStringLiteral("key")).toString().contains("SECRET"));
        QVERIFY(!QCborValue(f.facade->shownSnapshot(snapshot)).toCbor().contains("SECRET"));
        QCOMPARE(f.facade->shownSnapshot(snapshot).value(QStringLiteral("more")).toInteger(), 1);
    }

    void aSourceReportsOnItsOwnObjectsOnly() {
        Fixture f(kAll);
        f.resources.apply({{{"theirs", {object("x", 1)}}}, {}, "other"});
        auto& source = *feature<ISpecSource>(*f.facade);
        source.apply({{QStringLiteral("replace"), QCborMap{{QStringLiteral("mine"), QCborArray{thing("y", 1)}}}}});
        auto& status = *feature<IStatus>(*f.facade);
        const QCborMap condition{{QStringLiteral("type"), QStringLiteral("Accepted")},
                                 {QStringLiteral("status"), QStringLiteral("True")},
                                 {QStringLiteral("reason"), QStringLiteral("R")},
                                 {QStringLiteral("message"), QStringLiteral("m")}};
        QCOMPARE(status.setCondition(key("y").toCbor(), condition), code(Status::Ok));
        QCOMPARE(status.setCondition(key("x").toCbor(), condition), code(Status::NotPermitted));
        QCOMPARE(status.removeCondition(key("x").toCbor(), QStringLiteral("Ready")), code(Status::NotPermitted));
        QCOMPARE(status.setFields(key("x").toCbor(), {}), code(Status::NotPermitted));
        QVERIFY(f.status.conditions(key("x")).isEmpty());
        source.apply({{QStringLiteral("remove"), QCborArray{QStringLiteral("theirs")}}});
        QVERIFY(f.resources.find(key("x")));
    }

    void pagesAreCheckedBeforeTheyGoOn() {
        const Fixture f(kAll);
        std::vector<std::pair<quint64, QCborMap>> taken;
        f.facade->setPageSink(
            [&taken](quint64 ticket, const QCborMap& document) { taken.emplace_back(ticket, document); });
        auto* replies = feature<IPageReplies>(*f.facade);
        QVERIFY(replies);
        const QCborMap good = page::Document("T").addLines({"a"}).toCbor();
        QCOMPARE(replies->reply(1, good), code(Status::Ok));
        QCOMPARE(replies->reply(2, {}), code(Status::InvalidArgument));
        QCOMPARE(replies->reply(3, page::Document("T").addLines({QString(1'100'000, u'x')}).toCbor()),
                 code(Status::TooLarge));
        QCOMPARE(taken.size(), 3U);
        QCOMPARE(taken[0].second, good);
        for (std::size_t i : {1U, 2U})  // so that the subscriber receives them
            QVERIFY(taken[i].second.value(QStringLiteral("error")).toString().contains("not a valid page"));
        int answer = 0;
        std::thread([&] { answer = replies->reply(4, good); }).join();
        QCOMPARE(answer, code(Status::WrongThread));
        f.facade->revoke();
        QCOMPARE(replies->reply(5, good), code(Status::NotPermitted));
        QCOMPARE(taken.size(), 3U);
    }

    void onlyItsOwnTopics() {
        const Fixture f(kAll);
        auto& bus = *feature<IBus>(*f.facade);
        QCOMPARE(bus.publish("mine/v1", "k", {}, 0), code(Status::Ok));
        QCOMPARE(bus.publish("theirs/v1", "k", {}, 0), code(Status::NotPermitted));
        struct Listener : IBusListener {
            void onState(const QString&, const QString&, int, const QCborMap&, const QCborMap&) override {}
        } listener;
        QCOMPARE(bus.subscribe("theirs/v1", &listener), code(Status::Ok));
        QCOMPARE(bus.subscribe("mine/v1", &listener), code(Status::NotPermitted));
        QCOMPARE(bus.subscribe("theirs/v1", nullptr), code(Status::InvalidArgument));
        QCOMPARE(bus.unsubscribe("theirs/v1", &listener), code(Status::Ok));
    }

    void anotherThreadIsRefusedAndNothingHappens() {
        Fixture f(kAll);
        auto* bus = feature<IBus>(*f.facade);
        auto* status = feature<IStatus>(*f.facade);
        auto* metrics = feature<IMetrics>(*f.facade);
        auto* events = feature<IEvents>(*f.facade);
        std::vector<int> answers;
        IInterface* found = bus;
        std::thread([&] {
            answers = {bus->publish("mine/v1", "k", {}, 0),
                       bus->retract("mine/v1", "k", {}),
                       status->setFields({}, {}),
                       -metrics->declare("m", static_cast<int>(MetricType::Gauge), "help", {}, 0),
                       events->record({}),
                       f.facade->complete(1, static_cast<int>(Outcome::Ok), 0, {})};
            found = f.facade->query(IBus::kIid);
        }).join();
        for (const int answer : answers) QCOMPARE(answer, code(Status::WrongThread));
        QVERIFY(!found);
        QVERIFY(f.bus.entries().empty());
        QVERIFY(f.completed.empty());
    }

    void statusIsForObjectsThatExist() {
        Fixture f(kAll);
        auto& status = *feature<IStatus>(*f.facade);
        const ObjectKey key{"t.io/v1", "Thing", "default", "x"};
        QCOMPARE(status.setFields(key.toCbor(), {}), code(Status::NotFound));
        f.resources.apply({{{"a", {object("x", 1)}}}, {}, "p"});
        QCOMPARE(status.setFields(key.toCbor(), {{QStringLiteral("n"), 1}}), code(Status::Ok));
        QCOMPARE(f.status.status(key).value(QStringLiteral("n")).toInteger(), 1);
        const Condition ready{"Ready", ConditionStatus::True, "Fine", {}, 0};
        QCOMPARE(status.setCondition({}, ready.toCbor()), code(Status::Ok));
        QCOMPARE(f.status.conditions(StatusStore::pluginKey("p")).size(), 1);
    }

    void statusIsForOnesOwnKinds() {
        Fixture f(QStringList{IStatus::kIid});
        auto* status = feature<IStatus>(*f.facade);
        f.resources.apply({{{"a.yaml", {object("x", 1)}}}, {}});
        const QCborMap key = ObjectKey{"t.io/v1", "Thing", "default", "x"}.toCbor();
        QCOMPARE(status->setFields(key, {}), code(Status::NotPermitted));
        f.metadata.kinds = QStringList{"t.io/v1/Thing"};
        QCOMPARE(status->setFields(key, {}), code(Status::Ok));
        QCOMPARE(status->setFields({}, {}), code(Status::Ok));
    }

    void theStatusFeedShowsEverythingThenChanges() {
        struct Listener final : IStatusListener {
            void onStatus(const QCborMap& object, const QCborMap& status) override {
                seen.append(object.value(QStringLiteral("name")).toString() + u'=' +
                            QString::number(status.value(QStringLiteral("n")).toInteger(-1)));
            }
            QStringList seen;
        } listener;
        Fixture f(kAll);
        f.resources.apply({{{"a.yaml", {object("x", 1), object("y", 1)}}}, {}, "p"});
        auto* status = feature<IStatus>(*f.facade);
        auto* feed = feature<IStatusFeed>(*f.facade);
        const auto key = [](const char* name) { return ObjectKey{"t.io/v1", "Thing", "default", name}.toCbor(); };
        const auto fields = [](qint64 n) { return QCborMap{{QStringLiteral("n"), n}}; };
        status->setFields(key("x"), fields(1));
        status->setFields({}, fields(7));  // the plugin's own status is not that of an object
        QCOMPARE(feed->subscribe(&listener), code(Status::Ok));
        QVERIFY(listener.seen.isEmpty());
        QTRY_COMPARE(listener.seen, QStringList{"x=1"});
        for (qint64 n = 2; n < 100; ++n) status->setFields(key("x"), fields(n));
        status->setFields(key("y"), fields(5));
        QTRY_COMPARE(listener.seen, (QStringList{"x=1", "x=99", "y=5"}));
        f.status.forget(ObjectKey{"t.io/v1", "Thing", "default", "x"});
        QTRY_COMPARE(listener.seen.size(), 4);
        QCOMPARE(listener.seen.last(), QStringLiteral("x=-1"));
        QCOMPARE(feed->unsubscribe(&listener), code(Status::Ok));
        status->setFields(key("y"), fields(6));
        QCoreApplication::processEvents();
        QCOMPARE(listener.seen.size(), 4);
    }

    void afterItsFailureAPluginMayDoNothing() {
        Fixture f(kAll);
        auto* bus = feature<IBus>(*f.facade);
        f.facade->revoke();
        QCOMPARE(bus->publish("mine/v1", "k", {}, 0), code(Status::NotPermitted));
        QCOMPARE(f.facade->complete(1, static_cast<int>(Outcome::Ok), 0, {}), code(Status::NotPermitted));
        QCOMPARE(feature<IMetrics>(*f.facade)->declare("x", 1, "h", {}, 0), -code(Status::NotPermitted));
    }

    void deliveriesAreGuarded() {
        struct Listener final : IBusListener {
            void onState(const QString&, const QString&, int, const QCborMap&, const QCborMap&) override { ++calls; }
            int calls = 0;
        } listener;
        Fixture f(kAll);
        QStringList guarded;
        f.facade->setCallGuard([&](const char* what, const std::function<void()>& act) {
            guarded.append(QString::fromLatin1(what));
            act();
        });
        auto* bus = feature<IBus>(*f.facade);
        QCOMPARE(bus->subscribe("theirs/v1", &listener), code(Status::Ok));
        QCOMPARE(bus->subscribe("theirs/v1", &listener), code(Status::Ok));
        f.bus.publish("other", "theirs/v1", "k", {}, 0);
        QTRY_COMPARE(listener.calls, 1);
        QCOMPARE(guarded, QStringList{"onState"});
        QCOMPARE(bus->unsubscribe("theirs/v1", &listener), code(Status::Ok));
    }

    void metricsAreFrozenAfterStart() {
        Fixture f(kAll);
        auto& metrics = *feature<IMetrics>(*f.facade);
        const int type = static_cast<int>(MetricType::Gauge);
        QVERIFY(metrics.declare("early", type, "help", "a,b", 0) > 0);
        f.facade->freezeMetrics();
        QCOMPARE(metrics.declare("late", type, "help", {}, 0), -code(Status::NotPermitted));
    }

    void completions() {
        Fixture f(kAll);
        const int ok = static_cast<int>(Outcome::Ok);
        QCOMPARE(f.facade->complete(1, ok, 0, {}), code(Status::Ok));
        QCOMPARE(f.facade->complete(2, ok, 0, {}), code(Status::InvalidArgument));
        QCOMPARE(f.facade->complete(1, 77, 0, {}), code(Status::InvalidArgument));
        QCOMPARE(f.facade->complete(1, ok, -1, {}), code(Status::InvalidArgument));
        QCOMPARE(f.completed.size(), 2U);
    }

    void aTransactionOfDesiredState() {
        Fixture f(kAll);
        auto& source = *feature<ISpecSource>(*f.facade);
        const QCborMap first =
            source.apply({{QStringLiteral("replace"), QCborMap{{QStringLiteral("a"), QCborArray{thing("x", 1)}}}}});
        QCOMPARE(first.value(QStringLiteral("changed")).toInteger(), 1);
        QVERIFY(!f.queue.isOpen());
        const QCborMap second =
            source.apply({{QStringLiteral("replace"), QCborMap{{QStringLiteral("b"), QCborArray{thing("x", 1)}}}},
                          {QStringLiteral("synced"), true}});
        const QCborMap error = second.value(QStringLiteral("errors")).toArray().first().toMap();
        QCOMPARE(error.value(QStringLiteral("origin")).toString(), QStringLiteral("b"));
        QVERIFY(f.queue.isOpen());
        const QByteArray bytes = object("x", 2);
        const auto packedOnes = [](const QByteArray& one) {
            return QCborMap{{QStringLiteral("replace"), QCborMap{{QStringLiteral("a"), QCborArray{one}}}}};
        };
        QCOMPARE(source.apply(packedOnes(bytes)).value(QStringLiteral("changed")).toInteger(), 1);
        for (const QByteArray& broken : {bytes.chopped(3), QByteArray(), packed(QCborArray{1})}) {
            const QCborArray refused = source.apply(packedOnes(broken)).value(QStringLiteral("errors")).toArray();
            QCOMPARE(refused.size(), 1);
            QCOMPARE(valueOf(f.resources.find(key("x"))->object()), 2);
        }
        source.apply({{QStringLiteral("remove"), QCborArray{QStringLiteral("a")}}});
        QCOMPARE(f.resources.size(), 0U);
    }

    void eventsAreCheckedAndBounded() {
        Fixture f(kAll);
        auto& events = *feature<IEvents>(*f.facade);
        QCborMap event{{QStringLiteral("type"), QStringLiteral("Warning")},
                       {QStringLiteral("reason"), QStringLiteral("R")},
                       {QStringLiteral("message"), QStringLiteral("m")}};
        QCOMPARE(events.record(event), code(Status::Ok));
        QCOMPARE(f.events.newest(1).front().source, QStringLiteral("p"));
        int most = 0;
        while (most < 10'000 && events.record(event) == code(Status::Ok)) ++most;
        QVERIFY2(most < static_cast<int>(EventLog::kCapacity) + 100, qPrintable(QString::number(most)));
        QVERIFY(QTest::qWaitFor([&] { return events.record(event) == code(Status::Ok); }));
        event.insert(QStringLiteral("message"), QString(20'000, u'x'));
        QCOMPARE(events.record(event), code(Status::TooLarge));
        event.insert(QStringLiteral("type"), QStringLiteral("Panic"));
        QCOMPARE(events.record(event), code(Status::InvalidArgument));
    }

    void eventsReachTheFeedOnTheNextTurn() {
        struct : IEventListener {
            void onEvent(const QCborMap& event) override { seen.append(event); }
            QList<QCborMap> seen;
        } listener;
        Fixture f(kAll);
        auto& feed = *feature<IEventFeed>(*f.facade);
        QCOMPARE(feed.subscribe(nullptr), code(Status::InvalidArgument));
        QCOMPARE(feed.subscribe(&listener), code(Status::Ok));
        f.events.warning(QStringLiteral("Full"), QStringLiteral("no room"));
        f.events.warning(QStringLiteral("Full"), QStringLiteral("no room"));
        QVERIFY(listener.seen.isEmpty());
        QTRY_COMPARE(listener.seen.size(), 2);
        QCOMPARE(listener.seen[1].value(QStringLiteral("count")).toInteger(), 2);
        QCOMPARE(listener.seen[1].value(QStringLiteral("source")).toString(), QStringLiteral("host"));
        QVERIFY(!listener.seen[1].contains(QStringLiteral("regarding")));
        QCOMPARE(feed.unsubscribe(&listener), code(Status::Ok));
        f.events.warning(QStringLiteral("Full"), QStringLiteral("no room"));
        QTest::qWait(1);
        QCOMPARE(listener.seen.size(), 2);
    }

    void theCatalogIsTheHosts() {
        Fixture f(kAll);
        f.specs.kinds = [] { return QCborMap{{QStringLiteral("kinds"), QCborArray{1}}}; };
        f.specs.pending = [](const QString& kind) { return kind == QStringLiteral("t.io/v1/Thing") ? 3 : 0; };
        auto& catalog = *feature<ISpecCatalog>(*f.facade);
        QCOMPARE(catalog.kinds().value(QStringLiteral("kinds")).toArray().size(), 1);
        QCOMPARE(catalog.pending(QStringLiteral("t.io/v1"), QStringLiteral("Thing")), 3);
        f.facade->revoke();
        QVERIFY(catalog.kinds().isEmpty());
        QCOMPARE(catalog.pending(QStringLiteral("t.io/v1"), QStringLiteral("Thing")), -code(Status::NotPermitted));
    }
};

QTEST_GUILESS_MAIN(TestPluginFacade)
#include "tst_plugin_facade.moc"

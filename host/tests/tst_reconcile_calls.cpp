// SPDX-License-Identifier: GPL-2.0-or-later
// What a plugin receives: everything at first; then only changes if it keeps the desired state, otherwise everything
// again.
#include <QTest>

#include "bus/state_bus.h"
#include "metrics/metric_registry.h"
#include "plugins/reconcile_calls.h"
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

/// Records the calls that a plugin receives, as text.
class Recorder final : public PluginInstance {
   public:
    explicit Recorder(bool takes) : PluginInstance(nullptr), m_takes(takes) {}

    QStringList calls;

    void start() override {}
    void reconcile(const QCborMap& snapshot, Ticket ticket) override {
        m_words = QStringList{QStringLiteral("all")};
        const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
        for (const QCborValue& each : objects) note(each.toMap());
        end(ticket);
    }
    bool takesChanges() override { return m_takes; }
    void changed(const QCborMap& object) override {
        if (isFailing) return Q_EMIT failed(QStringLiteral("it threw"));
        note(object);
    }
    void removed(const ObjectKey& key) override { m_words.append(u'-' + key.name); }
    void reconcileChanges(Ticket ticket) override { end(ticket); }
    void stop(Ticket /*ticket*/) override {}
    bool abandon() override { return false; }
    bool askPage(quint64 /*question*/, const QString& /*name*/, const QString& /*argument*/) override { return false; }
    bool isWriter() override { return false; }
    void write(const QCborMap& /*object*/, Ticket /*ticket*/) override {}
    void erase(const QCborMap& /*object*/, Ticket /*ticket*/) override {}

    Ticket last = 0;
    bool isFailing = false;

   private:
    void note(const QCborMap& object) {
        const DesiredObject each = DesiredObject::fromCbor(object);
        m_words.append(
            QStringLiteral("%1=%2").arg(each.key.name).arg(each.spec.value(QStringLiteral("value")).toInteger()));
    }
    void end(Ticket ticket) {
        last = ticket;
        calls.append(std::exchange(m_words, {}).join(u' '));
    }

    QStringList m_words;
    bool m_takes;
};

/// A queue, a store and one plugin.
class Rig {
   public:
    explicit Rig(bool takesChanges) {
        record.id = QStringLiteral("p");
        record.metadata.kinds = {QStringLiteral("t.io/v1/Thing")};
        restart(takesChanges);
        queue.open();
    }

    void restart(bool takesChanges) {
        calls.drop(record.id);
        auto instance = std::make_unique<Recorder>(takesChanges);
        plugin = instance.get();
        record.instance = std::move(instance);
    }
    void put(const QString& origin, std::vector<QByteArray> objects) {
        store.apply({{{origin, std::move(objects)}}, {}});
    }
    /// Makes the plugin reconcile, and completes it.
    void turn(Outcome outcome = Outcome::Ok) {
        const qsizetype before = plugin->calls.size();
        queue.request(record.id);
        QTRY_COMPARE(plugin->calls.size(), before + 1);
        QVERIFY(calls.complete(record, plugin->last, outcome, 0, {}));
    }

    StateBus bus;
    ResourceStore store{[](const QCborMap& given) -> tl::expected<QCborMap, Errors> { return given; }};
    ReconcileQueue queue{[this](const QString&, Ticket ticket) { calls.begin(record, ticket); }};
    StatusStore status;
    EventLog events;
    MetricRegistry metrics;
    SpecQuestions questions;
    AdmissionDesk desk{{store, queue, status, events}, [](const StoredObject&, const OnOpinion&) { return false; }};
    ReconcileCalls calls{HostServices{bus, store, desk, queue, status, events, metrics, questions}};
    PluginRecord record;
    Recorder* plugin = nullptr;
};

}  // namespace

class TestReconcileCalls : public QObject {
    Q_OBJECT
   private Q_SLOTS:
    void everythingFirstAndThenWhatChanged() {
        Rig rig(true);
        rig.put("a", {object("x", 1), object("y", 1)});
        rig.turn();
        rig.put("a", {object("x", 1), object("y", 2), object("z", 3)});
        rig.put("b", {object("w", 9, QStringLiteral("Other"))});
        rig.turn();
        rig.put("a", {object("z", 3)});
        rig.put("c", {object("v", 5)});
        rig.put("c", {object("v", 6)});
        rig.turn();
        rig.turn();
        QCOMPARE(rig.plugin->calls, (QStringList{"x=1 y=1", "y=2 z=3", "v=6 -x -y", ""}));
    }

    void whatChangesMeanwhileComesNext() {
        Rig rig(true);
        rig.put("a", {object("x", 1)});
        rig.queue.request(rig.record.id);
        QTRY_COMPARE(rig.plugin->calls.size(), 1);
        rig.put("a", {object("x", 2)});
        QVERIFY(rig.calls.complete(rig.record, rig.plugin->last, Outcome::Ok, 0, {}));
        rig.turn();
        QCOMPARE(rig.plugin->calls, (QStringList{"x=1", "x=2"}));
    }

    void anotherTryBringsOnlyWhatCameSince() {
        Rig rig(true);
        rig.put("a", {object("x", 1)});
        rig.turn();
        rig.put("a", {object("x", 2)});
        rig.turn(Outcome::Retry);
        QTRY_COMPARE(rig.plugin->calls.size(), 3);
        QCOMPARE(rig.plugin->calls, (QStringList{"x=1", "x=2", ""}));
    }

    void anotherRunStartsWithEverything() {
        Rig rig(true);
        rig.put("a", {object("x", 1)});
        rig.turn();
        rig.put("a", {object("x", 2)});
        rig.restart(true);
        rig.turn();
        QCOMPARE(rig.plugin->calls, QStringList{"x=2"});
    }

    void whoFailsIsToldNothingMore() {
        Rig rig(true);
        rig.put("a", {object("x", 1), object("y", 1)});
        rig.plugin->isFailing = true;
        int failures = 0;
        connect(rig.plugin, &PluginInstance::failed, this, [&] {
            ++failures;
            rig.calls.drop(rig.record.id);
        });
        rig.queue.request(rig.record.id);
        QTRY_COMPARE(failures, 1);
        QVERIFY(rig.plugin->calls.isEmpty());
        QCOMPARE(failures, 1);
    }

    void whoKeepsNothingGetsEverything() {
        Rig rig(false);
        rig.put("a", {object("x", 1), object("y", 1)});
        rig.turn();
        rig.put("a", {object("x", 2), object("y", 1)});
        rig.turn();
        QCOMPARE(rig.plugin->calls, (QStringList{"all x=1 y=1", "all x=2 y=1"}));
    }
};

QTEST_GUILESS_MAIN(TestReconcileCalls)
#include "tst_reconcile_calls.moc"

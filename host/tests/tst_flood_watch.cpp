// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin that publishes excessively is detected, and a new run of it is not mistaken for the old one.
#include <QSignalSpy>
#include <QTest>

#include "bus/state_bus.h"
#include "metrics/metric_registry.h"
#include "plugins/flood_watch.h"
#include "plugins/local_instance.h"
#include "plugins/plugin_conditions.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"

using namespace fos1;
using namespace fos1::host;

class TestFloodWatch : public QObject {
    Q_OBJECT

    StateBus m_bus;
    ResourceStore m_resources{[](const QCborMap& object) { return object; }};
    ReconcileQueue m_queue{[](const QString&, Ticket) {}};
    StatusStore m_status;
    EventLog m_events;
    AdmissionDesk m_admission{{m_resources, m_queue, m_status, m_events},
                              [](const StoredObject&, const OnOpinion&) { return false; }};
    MetricRegistry m_metrics;
    SpecQuestions m_specs;

    /// A run of the plugin that has published `count` values.
    std::unique_ptr<PluginInstance> run(const PluginMetadata& metadata, quint64 count) {
        auto facade = std::make_unique<PluginFacade>(
            metadata, QCborMap(), PluginFacade::Directories{"/state", "/run"},
            HostServices{m_bus, m_resources, m_admission, m_queue, m_status, m_events, m_metrics, m_specs},
            [](Ticket, Outcome, int, const QString&) { return false; });
        facade->countPublishes(count);
        return std::make_unique<LocalInstance>(std::move(facade));
    }

   private Q_SLOTS:
    /// A condition type has one writer: a condition that the plugin reports itself outlives a flood.
    void aFloodLeavesThePluginsOwnConditionsAlone() {
        const QString id = QStringLiteral("p");
        PluginConditions conditions(
            HostServices{m_bus, m_resources, m_admission, m_queue, m_status, m_events, m_metrics, m_specs});
        m_status.setCondition(StatusStore::pluginKey(id), Condition{QStringLiteral("Degraded"), ConditionStatus::True,
                                                                    QStringLiteral("Its"), QStringLiteral("own."), 0}
                                                              .toCbor());
        const auto types = [this, &id] {
            QStringList list;
            const QCborArray all = m_status.conditions(StatusStore::pluginKey(id));
            for (const QCborValue& each : all) list.append(each.toMap().value(QStringLiteral("type")).toString());
            return list.join(u' ');
        };
        QCOMPARE(types(), QStringLiteral("Degraded"));
        conditions.flooding(id, 20'000);
        QCOMPARE(types(), QStringLiteral("Degraded Flooding"));
        conditions.flooding(id, 0);
        QCOMPARE(types(), QStringLiteral("Degraded"));
    }

    void floodsAndNewRuns() {
        FloodWatch::Plugins plugins;
        PluginRecord& record = *plugins.emplace_back(std::make_unique<PluginRecord>());
        record.id = QStringLiteral("p");
        record.instance = run(record.metadata, 2 * FloodWatch::kFlood);
        FloodWatch watch(plugins);
        QSignalSpy told(&watch, &FloodWatch::flooding);
        watch.look();
        QCOMPARE(told.size(), 1);
        QCOMPARE(told.at(0).at(1).toULongLong(), 2 * FloodWatch::kFlood);
        watch.look();
        QCOMPARE(told.size(), 2);
        QCOMPARE(told.at(1).at(1).toULongLong(), quint64{0});
        // Restarted between two checks, most likely at the same address.
        record.instance.reset();
        record.instance = run(record.metadata, 5);
        watch.look();
        QCOMPARE(told.size(), 2);
        record.instance->facade().countPublishes(FloodWatch::kFlood);
        watch.look();
        QCOMPARE(told.size(), 3);
    }
};

QTEST_GUILESS_MAIN(TestFloodWatch)
#include "tst_flood_watch.moc"

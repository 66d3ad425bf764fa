// SPDX-License-Identifier: GPL-2.0-or-later
// The host: the stores, the plugins and the faces, wired together. Contains no logic of its own.
#pragma once

#include <QObject>
#include <QTimer>
#include <exception>
#include <memory>

#include "bus/state_bus.h"
#include "control/control_server.h"
#include "control/list_queue.h"
#include "crd_catalog.h"
#include "dbus/dbus_face.h"
#include "directory_lock.h"
#include "facts/fact_book.h"
#include "health/host_health.h"
#include "health/service_notifier.h"
#include "host_config.h"
#include "http/http_server.h"
#include "metrics/metric_registry.h"
#include "plugins/plugin_metrics.h"
#include "plugins/plugin_supervisor.h"
#include "resources/admission.h"
#include "resources/admission_desk.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

class Host : public QObject {
    Q_OBJECT
   public:
    Host(HostConfig config, schema::CrdCatalog crds, QObject* parent = nullptr);
    ~Host() override;

    /// The mistakes in host.yaml that start() would report. Loads the plugins but starts none.
    Errors check();

    /// Prepares the directories and the lock, then starts the plugins and the faces. An error is one that makes running
    /// pointless: a wrong configuration, an unusable directory, a host that already runs, a face that cannot listen.
    Errors start();

    /// Restarts the plugins that are sources of desired state, so that they read everything again. Its log line names
    /// what else can be reloaded, and how.
    void reload();

    /// An exception escaped from an event of an object of this class. False when no plugin in this process threw it.
    bool pluginThrew(const std::exception_ptr& exception, const char* receiver);

    /// Stops plugins and faces. stopped() follows within 5 s.
    void stop(Ending ending);

    [[nodiscard]] const HostConfig& config() const { return m_config; }
    [[nodiscard]] const HostHealth& health() const { return m_health; }
    /// The fos1ctl command line that shows the first page of each plugin.
    [[nodiscard]] QStringList pageCommands() const;

    /// An event of an object of this class held the event loop for so long.
    void tookLong(std::chrono::nanoseconds took, const char* receiver);

   Q_SIGNALS:
    void stopped();

   private:
    [[nodiscard]] QCborMap reconciledKinds() const;
    Errors makeDirectories();
    void addRoutes();

    HostConfig m_config;
    schema::CrdCatalog m_crds;
    Admission m_admission;
    StateBus m_bus;
    FactBook m_facts{m_bus};
    ResourceStore m_resources;
    ReconcileQueue m_queue;
    StatusStore m_status;
    EventLog m_events;
    AdmissionDesk m_desk;
    MetricRegistry m_metrics;
    SpecQuestions m_specs;
    HostServices m_services;
    PluginSupervisor m_plugins;
    PluginMetrics m_pluginMetrics;
    OwnerMetrics m_ownMetrics;
    Metric m_longTurns;
    qint64 m_longTurnCount = 0;
    HostHealth m_health;
    ServiceNotifier m_notifier;
    ListQueue m_lists;
    RpcDispatcher m_dispatcher;
    ControlServer m_control;
    HttpServer m_http;
    DbusFace m_dbus;
    DirectoryLock m_lock;
    bool m_isStopping = false;
};

}  // namespace fos1::host

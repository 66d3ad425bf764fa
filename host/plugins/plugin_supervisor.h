// SPDX-License-Identifier: GPL-2.0-or-later
// Starts, reconciles, restarts and stops the configured plugins. A plugin that fails at any of these is a state and a
// condition, never the end of the host. Must not know what a plugin does, nor where it runs.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "fos1/desired.h"
#include "plugins/flood_watch.h"
#include "plugins/host_services.h"
#include "plugins/pending_calls.h"
#include "plugins/plugin_conditions.h"
#include "plugins/plugin_questions.h"
#include "plugins/plugin_record.h"
#include "plugins/reconcile_calls.h"

namespace fos1::host {

class PluginSupervisor : public QObject {
    Q_OBJECT
   public:
    /// How a start or a stop ended.
    using Done = std::function<void(Outcome, const QString& message)>;

    PluginSupervisor(const HostConfig& config, const HostServices& services, QObject* parent = nullptr);
    ~PluginSupervisor() override;

    /// Finds the plugins that host.yaml names and loads those that run in this process. Mistakes in host.yaml's plugin
    /// sections are returned; everything else becomes the plugin's state.
    Errors load();

    void startAll();

    /// Stops the runners side by side, then the others in reverse order; each with a deadline of 2 s, and all together
    /// within 4 s.
    void stopAll(std::function<void()> done);

    /// By an operator: `done` is called exactly once, when the plugin runs, has stopped or cannot. A plugin starts with
    /// its section of host.yaml as the file has it then.
    void startPlugin(const QString& id, Done done);
    void stopPlugin(const QString& id, const Done& done);
    void restartPlugin(const QString& id, Done done);

    /// One reconcile of a running plugin.
    void reconcile(const QString& pluginId, Ticket ticket);

    /// Asks the plugins that reconcile one of these kinds ("group/version/Kind").
    void requestKinds(const QStringList& kinds);

    /// How many running plugins that reconcile the kind ("group/version/Kind") have yet to do so.
    [[nodiscard]] int pending(const QString& kind) const;

    /// What the plugins are asked.
    [[nodiscard]] PluginQuestions& questions() { return m_questions; }

    [[nodiscard]] const std::vector<std::unique_ptr<PluginRecord>>& plugins() const { return m_plugins; }
    [[nodiscard]] PluginRecord* find(const QString& id) const;

   Q_SIGNALS:
    /// The record of this plugin changed: state or reason.
    void changed(const QString& id);

   private:
    [[nodiscard]] PluginFacade::Directories directoriesOf(const PluginRecord& record) const;
    std::unique_ptr<PluginFacade> makeFacade(PluginRecord& record);
    void loadLocal(PluginRecord& record);
    bool makeRunner(PluginRecord& record);
    void adopt(PluginRecord& record, std::unique_ptr<PluginInstance> instance);
    Errors readSection(PluginRecord& record) const;
    void startOne(PluginRecord& record);
    void onStarted(PluginRecord& record, const QString& why);
    void onFailed(PluginRecord& record, const QString& reason);
    void stopOne(PluginRecord& record, const Done& done);
    void stopNext();
    void awaitRunners(std::chrono::milliseconds patience);
    /// Withdraws all that a run of the plugin left in the stores, for this reason.
    void withdraw(PluginRecord& record, const QString& reason);
    void setState(PluginRecord& record, PluginState state, const QString& reason);
    void settle(PluginRecord& record);
    bool complete(PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message);

    const HostConfig& m_config;
    HostServices m_services;
    std::vector<std::unique_ptr<PluginRecord>> m_plugins;
    PluginConditions m_conditions;
    PendingCalls m_pending;
    PluginQuestions m_questions{m_plugins, m_services.queue, m_pending};
    ReconcileCalls m_reconciles;
    FloodWatch m_floods;
    std::vector<PluginRecord*> m_toStop;
    std::size_t m_runnersToStop = 0;
    std::function<void()> m_stopped;
    QTimer m_stopDeadline;
    bool m_isStopping = false;
};

}  // namespace fos1::host

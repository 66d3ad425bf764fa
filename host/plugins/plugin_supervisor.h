// SPDX-License-Identifier: GPL-2.0-or-later
// Starts, reconciles, restarts and stops the configured plugins. A plugin that fails gets a state and a condition; it
// never stops the host. Must not know what a plugin does or where it runs.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "fos1/desired.h"
#include "plugins/accounts.h"
#include "plugins/flood_watch.h"
#include "plugins/host_services.h"
#include "plugins/pending_calls.h"
#include "plugins/plugin_conditions.h"
#include "plugins/plugin_questions.h"
#include "plugins/plugin_record.h"
#include "plugins/reconcile_calls.h"
#include "plugins/runner_trees.h"

namespace fos1::host {

/// How the host ends. Restart: another one follows at once.
enum class Ending { Unknown = 0, Stop, Restart };

class PluginSupervisor : public QObject {
    Q_OBJECT
   public:
    /// Receives the outcome of a start or a stop.
    using Done = std::function<void(Outcome, const QString& message)>;

    PluginSupervisor(const HostConfig& config, const HostServices& services, QObject* parent = nullptr);
    ~PluginSupervisor() override;

    /// Finds the plugins that host.yaml names and loads those that run in this process. Returns mistakes in host.yaml's
    /// plugin sections; everything else becomes the plugin's state.
    Errors load();

    void startAll();

    /// Stops the runners in parallel, then the local plugins in reverse order. Each has a deadline of 2 s; all together
    /// take at most 4 s. Before a restart, a plugin whose metadata says "outlivesRestart" is not stopped, if host.yaml
    /// still loads it with the same options: it ends as in a crash, and the next host continues with what it told
    /// others.
    void stopAll(Ending ending, std::function<void()> done);

    /// For an operator. `done` is called exactly once: when the plugin runs, has stopped, or cannot. A plugin starts
    /// with the current section of host.yaml.
    void startPlugin(const QString& id, Done done);
    void stopPlugin(const QString& id, const Done& done);
    void restartPlugin(const QString& id, Done done);

    /// An exception escaped from an event. Withdraws the plugin in this process whose file is the first in `files`
    /// (canonical paths); false when no plugin is.
    bool threw(const QStringList& files, const QString& what);

    /// Starts one reconcile of a running plugin.
    void reconcile(const QString& pluginId, Ticket ticket);

    /// Requests a reconcile of the plugins that reconcile one of these kinds ("group/version/Kind").
    void requestKinds(const QStringList& kinds);

    /// The number of running plugins that have yet to reconcile the kind ("group/version/Kind").
    [[nodiscard]] int pending(const QString& kind) const;

    /// The questions that plugins can be asked.
    [[nodiscard]] PluginQuestions& questions() { return m_questions; }

    [[nodiscard]] const std::vector<std::unique_ptr<PluginRecord>>& plugins() const { return m_plugins; }
    /// The kinds of the plugin that no CRD defines: it will never get an object of them.
    [[nodiscard]] QStringList undefinedKinds(const PluginRecord& record) const;
    [[nodiscard]] PluginRecord* find(const QString& id) const;

   Q_SIGNALS:
    /// The record of this plugin changed: its state or its reason.
    void changed(const QString& id);

   private:
    [[nodiscard]] PluginFacade::Directories directoriesOf(const PluginRecord& record) const;
    std::unique_ptr<PluginFacade> makeFacade(PluginRecord& record);
    void loadLocal(PluginRecord& record);
    /// The user database has answered.
    void startRunner(PluginRecord& record, const Accounts& accounts);
    void adopt(PluginRecord& record, std::unique_ptr<PluginInstance> instance);
    Errors readSection(PluginRecord& record) const;
    /// `known`: the accounts of its runner; without them, the user database is asked first.
    void startOne(PluginRecord& record, const std::optional<Accounts>& known = {});
    void onStarted(PluginRecord& record, const QString& why);
    void onFailed(PluginRecord& record, const QString& reason);
    void stopOne(PluginRecord& record, const Done& done);
    void stopNext();
    [[nodiscard]] std::vector<const PluginRecord*> continued(Ending ending) const;
    void leave(PluginRecord& record);
    void awaitRunners(std::chrono::milliseconds patience);
    /// Withdraws everything that a run of the plugin left in the stores, with this reason.
    void withdraw(PluginRecord& record, const QString& reason);
    void setState(PluginRecord& record, PluginState state, const QString& reason);
    void settle(PluginRecord& record);
    bool complete(PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message);

    const HostConfig& m_config;
    HostServices m_services;
    AccountSearch m_accounts;
    RunnerTrees m_trees;
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

// SPDX-License-Identifier: GPL-2.0-or-later
// Finds, loads, starts, reconciles and stops the configured plugins. A plugin that fails at any of these is a state
// and a condition, never the end of the host. Must not know what a plugin does.
#pragma once

#include <QObject>
#include <QPluginLoader>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "fos1/desired.h"
#include "fos1/iplugin.h"
#include "host_config.h"
#include "plugins/host_services.h"
#include "plugins/plugin_facade.h"

namespace fos1::host {

enum class PluginState {
    Unknown = 0,
    Refused,  ///< its file or metadata is not acceptable; none of its code ran
    Loaded,
    Running,
    Failed,  ///< could not be loaded or started
    Stopping,
    Stopped,
};
QString toText(PluginState state);

struct PluginRecord {
    QString id;
    PluginMetadata metadata;
    PluginState state = PluginState::Unknown;
    QString reason;  ///< why it is in this state, for people
    QCborMap configuration;
    std::unique_ptr<QPluginLoader> loader;  ///< never unloads
    std::unique_ptr<PluginFacade> facade;
    IPlugin* plugin = nullptr;  ///< owned by Qt's loader
    quint64 slowCallbacks = 0;  ///< longer than the budget of 50 ms
};

class PluginSupervisor : public QObject {
    Q_OBJECT
   public:
    /// How a write or a stop ended.
    using Done = std::function<void(Outcome, const QString& message)>;

    PluginSupervisor(const HostConfig& config, const HostServices& services, QObject* parent = nullptr);
    ~PluginSupervisor() override;

    /// Finds the plugins that host.yaml names and loads them. Mistakes in host.yaml's plugin sections are returned;
    /// everything else becomes the plugin's state.
    Errors load();

    void startAll();

    /// Stops them in reverse order, each with a deadline of 2 s and all together within 4 s.
    void stopAll(std::function<void()> done);

    /// One reconcile of a running plugin.
    void reconcile(const QString& pluginId, Ticket ticket);

    /// Asks the plugins that reconcile one of these kinds ("group/version/Kind").
    void requestKinds(const QStringList& kinds);

    /// Semantic mistakes of an object, as the plugins that reconcile its kind see them.
    [[nodiscard]] Errors validate(const QCborMap& object) const;

    /// Stores (`object`) or removes (its key) through the source that can write; `done` is called exactly once.
    void write(const QCborMap& object, Done done);
    void erase(const ObjectKey& key, Done done);

    [[nodiscard]] const std::vector<std::unique_ptr<PluginRecord>>& plugins() const { return m_plugins; }

    /// By an operator: `done` is called exactly once, when the plugin runs, has stopped or cannot.
    void startPlugin(const QString& id, Done done);
    void stopPlugin(const QString& id, Done done);
    void restartPlugin(const QString& id, Done done);

   Q_SIGNALS:
    /// The record of this plugin changed: state or reason.
    void changed(const QString& id);

   private:
    /// A reconcile that is under way.
    struct Reconciling {
        Ticket ticket = 0;
        std::unique_ptr<QTimer> deadline;
    };
    struct Pending {
        QString pluginId;
        Done done;
        std::unique_ptr<QTimer> deadline;
    };

    void discover(PluginRecord& record, const std::map<QString, Result<PluginMetadata>>& found);
    void loadOne(PluginRecord& record);
    void startOne(PluginRecord& record);
    void stopNext();
    void setState(PluginRecord& record, PluginState state, const QString& reason);
    PluginRecord* find(const QString& id) const;
    bool complete(PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message);
    Ticket expect(const QString& pluginId, std::chrono::milliseconds deadline, Done done);
    void finish(Ticket ticket, Outcome outcome, const QString& message);
    void reportStuck(const QString& pluginId);
    /// Calls into a plugin: counts a slow call, and takes an exception that escapes as the plugin's failure.
    void call(PluginRecord& record, const char* what, const std::function<void()>& act);
    ISpecWriter* writer(QString* pluginId) const;

    const HostConfig& m_config;
    HostServices m_services;
    std::vector<std::unique_ptr<PluginRecord>> m_plugins;
    std::map<Ticket, Pending> m_pending;
    std::map<QString, Reconciling> m_reconciling;
    std::vector<PluginRecord*> m_toStop;
    std::function<void()> m_stopped;
    QTimer m_stopDeadline;
};

}  // namespace fos1::host

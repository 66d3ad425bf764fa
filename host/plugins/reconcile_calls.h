// SPDX-License-Identifier: GPL-2.0-or-later
// The reconciles that are under way, one a plugin: hands out the snapshot, or what
// changed to a plugin that keeps it (IChangeReconciler); says in the condition Reconciled how it ended, or that no
// answer comes.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <memory>
#include <set>

#include "fos1/condition.h"
#include "fos1/desired.h"
#include "plugins/host_services.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

class ReconcileCalls : public QObject {
    Q_OBJECT
   public:
    explicit ReconcileCalls(const HostServices& services, QObject* parent = nullptr);

    void begin(const PluginRecord& record, Ticket ticket);

    /// False when `ticket` is not the one under way.
    bool complete(const PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message);

    /// Forgets what is under way: the plugin is gone.
    void drop(const QString& pluginId);

   private:
    struct UnderWay {
        Ticket ticket = 0;
        std::unique_ptr<QTimer> deadline;
    };
    /// A plugin that keeps the desired state.
    struct Follower {
        QStringList kinds;
        std::set<ObjectKey> changed;  ///< of which it is to be told
    };
    void tellChanges(const PluginRecord& record, Ticket ticket);
    void setCondition(const QString& pluginId, ConditionStatus status, const QString& reason, const QString& message);

    HostServices m_services;
    std::map<QString, UnderWay> m_underWay;
    std::map<QString, Follower> m_followers;
};

}  // namespace fos1::host

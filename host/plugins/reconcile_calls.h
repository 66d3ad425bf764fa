// SPDX-License-Identifier: GPL-2.0-or-later
// The reconciles under way, at most one per plugin. Hands out the snapshot, or only the changes to a plugin that keeps
// the desired state (IChangeReconciler). Reports in the condition Reconciled how the reconcile ended, or that the
// plugin does not answer.
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

    /// Forgets the reconcile under way, because the plugin is gone.
    void drop(const QString& pluginId);

   private:
    struct UnderWay {
        Ticket ticket = 0;
        std::unique_ptr<QTimer> deadline;
    };
    /// A plugin that keeps the desired state.
    struct Follower {
        QStringList kinds;
        std::set<ObjectKey> changed;  ///< objects whose change it has not received yet
    };
    void tellChanges(const PluginRecord& record, Ticket ticket);
    void setCondition(const QString& pluginId, ConditionStatus status, const QString& reason, const QString& message);

    HostServices m_services;
    std::map<QString, UnderWay> m_underWay;
    std::map<QString, Follower> m_followers;
};

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// The reconciles that are under way, one a plugin: hands out the snapshot, says in the condition Reconciled how it
// ended, or that no answer comes.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <memory>

#include "fos1/condition.h"
#include "plugins/host_services.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

class ReconcileCalls : public QObject {
    Q_OBJECT
   public:
    explicit ReconcileCalls(const HostServices& services, QObject* parent = nullptr)
        : QObject(parent), m_services(services) {}

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
    void setCondition(const QString& pluginId, ConditionStatus status, const QString& reason, const QString& message);

    HostServices m_services;
    std::map<QString, UnderWay> m_underWay;
};

}  // namespace fos1::host

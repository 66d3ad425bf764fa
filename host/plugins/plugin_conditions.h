// SPDX-License-Identifier: GPL-2.0-or-later
// What the host itself reports of a plugin: its conditions, events and log lines.
#pragma once

#include <QStringList>
#include <map>

#include "fos1/condition.h"
#include "plugins/host_services.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

class PluginConditions {
   public:
    explicit PluginConditions(const HostServices& services) : m_services(services) {}

    /// Sets Ready from the record's state and reason.
    void state(const PluginRecord& record);

    /// Sets PermissionsGranted. `refused` lists what the plugin requests and does not get.
    void permissions(const QString& id, const QStringList& refused);

    /// Sets KindsDefined, of a plugin that reconciles kinds. `missing`: those that no CRD in `crdDir` defines.
    void kinds(const QString& id, const QStringList& missing, const QString& crdDir);

    /// Sets Confined. `remarks` name each gap in the confinement.
    void confined(const QString& id, const QStringList& remarks);

    /// Sets Flooding while the plugin publishes `count` values per second; 0 clears it.
    void flooding(const QString& id, quint64 count);

    /// Records a remark of PluginInstance::remarked().
    void remark(const QString& id, const QString& reason, const QString& message);

   private:
    void set(const QString& id, const Condition& condition);

    HostServices m_services;
    std::map<QString, QStringList> m_refused;  ///< permissions that a plugin does not have, by its id
};

}  // namespace fos1::host

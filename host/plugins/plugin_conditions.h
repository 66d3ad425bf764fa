// SPDX-License-Identifier: GPL-2.0-or-later
// What the host itself says of a plugin: its conditions, events and log lines.
#pragma once

#include <QStringList>

#include "fos1/condition.h"
#include "plugins/host_services.h"
#include "plugins/plugin_record.h"

namespace fos1::host {

class PluginConditions {
   public:
    explicit PluginConditions(const HostServices& services) : m_services(services) {}

    /// Ready, from the record's state and reason.
    void state(const PluginRecord& record);

    /// PermissionsGranted; `refused` is what it asks for and does not get.
    void permissions(const QString& id, const QStringList& refused);

    /// Confined; `remarks` say how it is less so than it could be.
    void confined(const QString& id, const QStringList& remarks);

    /// Flooding while it publishes `count` values a second; 0 ends it.
    void flooding(const QString& id, quint64 count);

    /// What PluginInstance::remarked() tells.
    void remark(const QString& id, const QString& reason, const QString& message);

   private:
    void set(const QString& id, const Condition& condition);

    HostServices m_services;
};

}  // namespace fos1::host

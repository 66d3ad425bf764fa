// SPDX-License-Identifier: GPL-2.0-or-later
// Prepares the start of a runner: its user, the owner of its directories, what it may do. Adapter over the user
// database and the file system.
#pragma once

#include <QStringList>

#include "plugins/plugin_record.h"
#include "plugins/remote_instance.h"

namespace fos1::host {

struct RunnerLaunch {
    RemoteInstance::Launch launch;
    QStringList refused;  ///< for people: what the plugin asks for and does not get
    QStringList remarks;  ///< for people: how it is less confined than it could be
};

/// Gives each record a user id that no account and no other record has.
void assignUserIds(const std::vector<std::unique_ptr<PluginRecord>>& records);

/// The directories exist; they are given to the runner's user. An error says why it cannot be started.
Result<RunnerLaunch> prepareRunner(const PluginRecord& record, const PluginFacade::Directories& directories);

}  // namespace fos1::host

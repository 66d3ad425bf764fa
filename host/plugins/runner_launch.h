// SPDX-License-Identifier: GPL-2.0-or-later
// Prepares the start of a runner: its user, the owner of its directories, its permissions. Adapter over the user
// database and the file system.
#pragma once

#include <QStringList>

#include "plugins/accounts.h"
#include "plugins/plugin_record.h"
#include "plugins/remote_instance.h"
#include "plugins/runner_trees.h"

namespace fos1::host {

struct RunnerLaunch {
    RemoteInstance::Launch launch;
    QStringList refused;  ///< for people: what the plugin requests and does not get
    QStringList remarks;  ///< for people: gaps in the confinement
};

/// The path of fos1-plugin-runner.
QString runnerProgram();

/// Gives each record a user id that no account and no other record has.
void assignUserIds(const std::vector<std::unique_ptr<PluginRecord>>& records);

/// The names whose ids prepareRunner() needs; none for a plugin that runs in this process.
AccountNames accountsOf(const PluginRecord& record);

/// Gives the directories, which exist, to the runner's user. `trees` makes the tree of the run; `stateDir` of the host.
/// The error names why the runner cannot start.
Result<RunnerLaunch> prepareRunner(const PluginRecord& record, const PluginFacade::Directories& directories,
                                   const Accounts& accounts, RunnerTrees& trees, const QString& stateDir);

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// What a runner gets: the intersection of what its plugin requests and what host.yaml grants. Pure.
#pragma once

#include "plugins/runner_rights.h"

namespace fos1::host {

struct RunnerPermissions {
    RunnerRights given;   ///< `user` empty: a user of its own; `memoryMiB` and `cpuPercent` are never 0
    QStringList refused;  ///< for people: requested but not granted, with the setting that grants it
};

constexpr int kDefaultMemoryMiB = 64;
constexpr int kDefaultCpuPercent = 50;

/// A path is granted if it, or a directory above it, is granted. `id` is the plugin's, for the messages.
RunnerPermissions permissionsOf(const QString& id, const RunnerRights& asked, const RunnerRights& granted);

/// A user id from the range that systemd uses for dynamic users (systemd's UIDS-GIDS.md). The same plugin gets the same
/// id on every machine; `attempt` > 0 gives another one.
unsigned dynamicUserId(const QString& pluginId, unsigned attempt = 0);

}  // namespace fos1::host

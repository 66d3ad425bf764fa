// SPDX-License-Identifier: GPL-2.0-or-later
// What a runner gets: that which its plugin asks for and host.yaml grants. Pure.
#pragma once

#include "plugins/runner_rights.h"

namespace fos1::host {

struct RunnerPermissions {
    RunnerRights given;   ///< `user` empty: one of its own, `memoryMiB` and `cpuPercent` never 0
    QStringList refused;  ///< for people: what it asks for and does not get, with the setting that would grant it
};

constexpr int kDefaultMemoryMiB = 64;
constexpr int kDefaultCpuPercent = 50;

/// A path is granted by itself or by a directory above it. `id` is the plugin's, for the messages.
RunnerPermissions permissionsOf(const QString& id, const RunnerRights& asked, const RunnerRights& granted);

/// A user id of the range that systemd gives to dynamic users (systemd's UIDS-GIDS.md), the same for the same plugin on
/// every machine; `attempt` > 0 gives another one.
unsigned dynamicUserId(const QString& pluginId, unsigned attempt = 0);

}  // namespace fos1::host

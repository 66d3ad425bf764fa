// SPDX-License-Identifier: GPL-2.0-or-later
// The host's record of one configured plugin.
#pragma once

#include <QCborMap>
#include <QString>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "host_config.h"
#include "plugins/plugin_instance.h"
#include "plugins/plugin_metadata.h"
#include "plugins/restart_policy.h"

namespace fos1::host {

enum class PluginState {
    Unknown = 0,
    Refused,  ///< its file or metadata is unacceptable; none of its code ran
    Loaded,
    Starting,
    Running,
    Failed,      ///< could not be loaded or started, or threw
    Restarting,  ///< its runner exited; another one starts after a back-off
    Resting,     ///< its runner exited too often; the next attempt is minutes away
    Stopping,
    Stopped,
};
QString toText(PluginState state);

struct PluginRecord {
    QString id;
    PluginMetadata metadata;
    Isolation isolation = Isolation::Unknown;  ///< where it runs
    bool isOurs = false;                       ///< its file is in the project's own directory
    RunnerRights granted;                      ///< by host.yaml, for a runner
    QStringList withheld;                      ///< powers that it wants and does not get, for people
    unsigned ownUserId = 0;                    ///< for a runner that is assigned no other user
    PluginState state = PluginState::Unknown;
    QString reason;  ///< why the plugin is in this state, for people
    QCborMap configuration;
    std::unique_ptr<PluginInstance> instance;  ///< null for a runner that is not running
    RestartPolicy restartPolicy;
    QTimer restartTimer;
    quint64 run = 0;            ///< counts the starts of its runner
    bool isValidator = false;   ///< in a runner, and its last run offered a validator
    bool isLeftBehind = false;  ///< in this process, and did not stop: parts of it may still run
    quint64 slowCallbacks = 0;  ///< calls that exceeded the budget of 50 ms
    quint64 restarts = 0;       ///< of its runner, by the host itself
    std::vector<std::function<void(Outcome, const QString&)>> onSettled;  ///< called when it runs, or cannot
};

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// What the host knows of one configured plugin.
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
    Refused,  ///< its file or metadata is not acceptable; none of its code ran
    Loaded,
    Starting,
    Running,
    Failed,      ///< could not be loaded or started, or threw
    Restarting,  ///< its runner ended; another is started after a back-off
    Resting,     ///< its runner ended too often; the next try is some minutes off
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
    unsigned ownUserId = 0;                    ///< for a runner that is given no other user
    PluginState state = PluginState::Unknown;
    QString reason;  ///< why it is in this state, for people
    QCborMap configuration;
    std::unique_ptr<PluginInstance> instance;  ///< null for a runner that does not run
    RestartPolicy restartPolicy;
    QTimer restartTimer;
    bool isValidator = false;   ///< in a runner, and its last run had checks to be asked for
    bool isLeftBehind = false;  ///< in this process, and did not stop: something of it may still run
    quint64 slowCallbacks = 0;  ///< longer than the budget of 50 ms
    quint64 restarts = 0;       ///< of its runner, by the host itself
    std::vector<std::function<void(Outcome, const QString&)>> onSettled;  ///< who waits for it to run, or not
};

}  // namespace fos1::host

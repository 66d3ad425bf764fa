// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_record.h"

namespace fos1::host {

QString toText(PluginState state) {
    switch (state) {
        case PluginState::Refused: return QStringLiteral("Refused");
        case PluginState::Loaded: return QStringLiteral("Loaded");
        case PluginState::Starting: return QStringLiteral("Starting");
        case PluginState::Running: return QStringLiteral("Running");
        case PluginState::Failed: return QStringLiteral("Failed");
        case PluginState::Restarting: return QStringLiteral("Restarting");
        case PluginState::Resting: return QStringLiteral("Resting");
        case PluginState::Stopping: return QStringLiteral("Stopping");
        case PluginState::Stopped: return QStringLiteral("Stopped");
        case PluginState::Unknown: break;
    }
    return QStringLiteral("Unknown");
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// The subcommands of plugins, from their metadata: pages, which the running plugin answers, and helpers, which are
// programs of the plugin. Runs no code of a plugin.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <vector>

namespace fos1::ctl {

struct PageCommand {
    QString name;
    QString help;
    QString argument;      ///< its name; empty: it takes no argument
    QString argumentHelp;  ///< including what completes it
    bool isRequired = false;
    bool proposes = false;  ///< it may measure and propose what to declare
};

struct HelperCommand {
    QString name;
    QString help;
    QString program;  ///< a file name
    bool needsStopped = false;
};

struct PluginCommand {
    QString plugin;  ///< the plugin's id
    QString name;
    QString help;
    std::vector<PageCommand> pages;
    std::vector<HelperCommand> helpers;
};

/// The commands in metadata of plugins, as plugins carry it or as the daemon lists it (plugin.list). Plugins without
/// pages and helpers are omitted.
std::vector<PluginCommand> commandsIn(const QJsonArray& plugins);

/// The commands of the plugins in `directories`.
std::vector<PluginCommand> installedCommands(const QStringList& directories);

/// `first`, and from `others` only the plugins that `first` lacks.
std::vector<PluginCommand> merged(std::vector<PluginCommand> first, const std::vector<PluginCommand>& others);

}  // namespace fos1::ctl

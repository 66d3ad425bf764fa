// SPDX-License-Identifier: GPL-2.0-or-later
// The sub-commands that plugins bring, from their metadata: pages, which the running plugin answers, and helpers, which
// are programs of its own. Runs no code of a plugin.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <vector>

namespace fos1::ctl {

struct PageCommand {
    QString name;
    QString help;
    QString argument;      ///< its name; empty: it takes none
    QString argumentHelp;  ///< with what completes it
    bool isRequired = false;
};

struct HelperCommand {
    QString name;
    QString help;
    QString program;  ///< a file's name
    bool needsStopped = false;
};

struct PluginCommand {
    QString plugin;  ///< its id
    QString name;
    QString help;
    std::vector<PageCommand> pages;
    std::vector<HelperCommand> helpers;
};

/// The commands in metadata as plugins carry it, or as the daemon lists it (plugin.list). Those without pages and
/// helpers are left out.
std::vector<PluginCommand> commandsIn(const QJsonArray& plugins);

/// Those of the plugins in `directories`.
std::vector<PluginCommand> installedCommands(const QStringList& directories);

/// `first`, and what only `others` have, by plugin.
std::vector<PluginCommand> merged(std::vector<PluginCommand> first, const std::vector<PluginCommand>& others);

}  // namespace fos1::ctl

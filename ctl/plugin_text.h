// SPDX-License-Identifier: GPL-2.0-or-later
// Formats plugins for people: tables and one plugin's page, from the daemon's answers. Pure.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

namespace fos1::ctl {

/// Id, version, state and remarks.
QString pluginTable(const QJsonArray& plugins, qsizetype width = 0);

/// Adds where each plugin runs, its kinds and its topics.
QString widePluginTable(const QJsonArray& plugins, qsizetype width = 0);

/// Everything about one plugin.
QString pluginPage(const QJsonObject& plugin, qsizetype width = 0);

}  // namespace fos1::ctl

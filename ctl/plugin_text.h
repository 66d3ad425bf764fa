// SPDX-License-Identifier: GPL-2.0-or-later
// Plugins as people read them: tables and one plugin's page, from what the daemon says. Pure.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>

namespace fos1::ctl {

/// Id, version, state and what is remarkable.
QString pluginTable(const QJsonArray& plugins);

/// With where each runs, its kinds and topics.
QString widePluginTable(const QJsonArray& plugins);

/// Everything about one plugin.
QString pluginPage(const QJsonObject& plugin);

}  // namespace fos1::ctl

// SPDX-License-Identifier: GPL-2.0-or-later
// host.yaml as a struct, checked against its schema. Must not know what a plugin's own section means; the plugin's
// metadata carries the schema for that section.
#pragma once

#include <QByteArray>
#include <QCborMap>
#include <QString>
#include <QStringList>
#include <map>

#include "fos1/result.h"
#include "plugins/powers.h"
#include "plugins/runner_rights.h"
#include "yaml_document.h"

namespace fos1::host {

/// What host.yaml configures for a plugin: where it runs and what it may do there.
struct PluginIsolation {
    Isolation mode = Isolation::Unknown;  ///< Unknown: use the default for the file's location
    RunnerRights granted;
    PowerGrants powers;
};

struct HostConfig {
    QString file;
    QString stateDir;    ///< absolute; holds everything that must survive a restart
    QString runtimeDir;  ///< absolute; sockets and pid files
    QString crdDir;      ///< absolute; the schemas of record
    QStringList pluginDirs;
    bool coreDumps = false;  ///< a core dump contains every key and password
    QString controlSocket;
    QString controlGroup;  ///< members may act, besides root and our own user; empty: none
    bool httpEnabled = true;
    QString httpAddress;
    quint16 httpPort = 0;
    bool dbusEnabled = true;
    QString dbusAddress;                           ///< empty: the system bus
    std::map<QString, PluginIsolation> isolation;  ///< by plugin id
    std::map<QString, QCborMap> plugins;           ///< sections by plugin id, not yet checked
    yaml::Document document;                       ///< for the positions of later findings
};

/// `file` names the text in errors (`file:line:col: path: what`). Its directory is the base of relative paths.
tl::expected<HostConfig, Errors> parseHostConfig(const QByteArray& text, const QString& file);
tl::expected<HostConfig, Errors> loadHostConfig(const QString& file);

/// Checks the section of one plugin against the "config" schema of its metadata. Applies defaults, and expands values
/// of `format: path` and makes them absolute. Errors are located in host.yaml.
tl::expected<QCborMap, Errors> checkPluginSection(const HostConfig& config, const QString& pluginId,
                                                  const QJsonObject& schema);

}  // namespace fos1::host

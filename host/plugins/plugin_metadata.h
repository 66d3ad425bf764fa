// SPDX-License-Identifier: GPL-2.0-or-later
// A plugin's metadata, read from its file without running any of its code, and checked key by key.
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <vector>

#include "facts/fact_source.h"
#include "fos1/result.h"
#include "plugins/runner_rights.h"

namespace fos1::host {

struct PluginMetadata {
    QString file;
    QString id;
    QString version;
    QString description;
    int sdkMinor = 0;
    std::vector<FactSource> facts;  ///< that it provides
    QStringList kinds;              ///< "group/version/Kind"
    QStringList publishes;
    QStringList subscribes;
    QStringList requiredFeatures;  ///< IIDs
    QStringList wantedFeatures;
    Isolation isolation = Isolation::Unknown;  ///< Unknown: the host decides
    QString maturity;                          ///< the "status" of the metadata: alpha, beta, stable
    QString securityPosture;
    QJsonObject configSchema;
    QJsonObject topicSchemas;  ///< JSON schema by topic
    QJsonObject command;       ///< {name, help}: the subcommand of fos1ctl; empty: none
    QJsonArray
        pages;  ///< {name, title, help, refresh (s), proposes, argument {name, help, required, kind, topic, values}}
    QJsonArray helpers;            ///< {name, help, program, needsStopped}: the plugin's own programs, run by fos1ctl
    bool outlivesRestart = false;  ///< what it told others stays while the host restarts
    bool seesSecrets = true;       ///< otherwise it gets objects without the values that their schema marks as secret
    RunnerRights runner;           ///< requested, for a plugin in a process of its own

    [[nodiscard]] bool hasPage(const QString& name) const;
    [[nodiscard]] bool mayUse(const QString& iid) const;
};

/// Reads and checks the metadata of a shared object. Every mistake has its own message.
tl::expected<PluginMetadata, Errors> readPluginMetadata(const QString& file);

/// Checks what QPluginLoader::metaData() returned. Pure.
tl::expected<PluginMetadata, Errors> checkPluginMetadata(const QJsonObject& raw, const QString& file);

/// Refuses a file that another user could have changed: it must belong to root or to our own user, and no other user
/// may write to it.
Result<void> checkPluginFile(const QString& file);

}  // namespace fos1::host

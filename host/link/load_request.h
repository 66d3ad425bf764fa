// SPDX-License-Identifier: GPL-2.0-or-later
// The Load message: which plugin to load, its configuration and its confinement.
#pragma once

#include <QCborMap>
#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

namespace fos1::link {

/// What the runner gives up before any code of the plugin runs.
struct Confinement {
    std::optional<unsigned> uid;  ///< user to switch to; nothing: keep the current user
    std::optional<unsigned> gid;
    std::vector<unsigned> groups;  ///< supplementary; without `uid`, they stay as they are
    QStringList capabilities;      ///< to keep, such as "CAP_NET_ADMIN"
    QStringList read;              ///< absolute paths, in addition to what every plugin needs
    QStringList write;
    QStringList execute;
    int memoryMiB = 0;
};

struct LoadRequest {
    QString id;
    QString file;  ///< absolute path of the shared object
    QStringList publishes;
    QStringList subscribes;
    QStringList features;  ///< IIDs that the plugin may request
    QCborMap configuration;
    QString stateDirectory;
    QString runtimeDirectory;
    Confinement confinement;

    [[nodiscard]] QCborMap encode() const;
    static LoadRequest decode(const QCborMap& map);
};

}  // namespace fos1::link

// SPDX-License-Identifier: GPL-2.0-or-later
// The Load message: which plugin, with what configuration, and in which confinement.
#pragma once

#include <QCborMap>
#include <QString>
#include <QStringList>
#include <optional>

namespace fos1::link {

/// What the runner gives up before any code of the plugin runs.
struct Confinement {
    std::optional<unsigned> uid;  ///< to become; nothing: stay who we are
    std::optional<unsigned> gid;
    QStringList capabilities;  ///< to keep, "CAP_NET_ADMIN"
    QStringList read;          ///< absolute paths, beside what every plugin needs
    QStringList write;
    QStringList execute;
    int memoryMiB = 0;
};

struct LoadRequest {
    QString id;
    QString file;  ///< of the shared object, absolute
    QStringList publishes;
    QStringList subscribes;
    QStringList features;  ///< IIDs that it may ask for
    QCborMap configuration;
    QString stateDirectory;
    QString runtimeDirectory;
    Confinement confinement;

    [[nodiscard]] QCborMap encode() const;
    static LoadRequest decode(const QCborMap& map);
};

}  // namespace fos1::link

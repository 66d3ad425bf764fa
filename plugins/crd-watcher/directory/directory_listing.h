// SPDX-License-Identifier: GPL-2.0-or-later
// One look at a directory of manifests. What could not be looked at is listed as such, never left out: not seen is not
// the same as gone. Must not know what manifests contain.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "fos1/result.h"

namespace fos1::crd {

/// Distinguishes a file from the same one after a change.
struct FileIdentity {
    qint64 modifiedNs = 0;
    qint64 changedNs = 0;
    qint64 size = 0;
    quint64 inode = 0;
    bool operator==(const FileIdentity&) const = default;
};

struct DirectoryListing {
    struct File {
        QString name;
        FileIdentity identity;
    };
    std::vector<File> files;            ///< by name
    std::map<QString, QString> unseen;  ///< by name: why it cannot be read now
    bool hasLinks = false;              ///< a change of a link's target is not notified
    std::pair<quint64, quint64> place;  ///< device and inode of the directory
};

/// The manifests (*.yaml, *.yml, *.json) in a directory; hidden files are none.
[[nodiscard]] Result<DirectoryListing> listManifests(const QString& directory);

}  // namespace fos1::crd

// SPDX-License-Identifier: GPL-2.0-or-later
// Stores and removes objects in the directory of manifests at a user's request, atomically, without touching other
// documents of the same file. Must not know what any kind means.
#pragma once

#include <QCborMap>
#include <QString>

#include "directory/directory_source.h"
#include "fos1/result.h"

namespace fos1::crd {

/// Writes `object` over the document it came from, or into a new file KIND.NAMESPACE.NAME.yaml. Returns the path.
Result<QString> writeManifest(const DirectorySource& source, const QCborMap& object);

/// Removes the object's document, and its file when nothing else is in it. Returns the path.
Result<QString> eraseManifest(const DirectorySource& source, const ObjectKey& key);

}  // namespace fos1::crd

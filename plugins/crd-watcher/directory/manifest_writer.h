// SPDX-License-Identifier: GPL-2.0-or-later
// Stores and removes objects in the manifest directory for a user. Writes atomically and leaves other documents of the
// same file unchanged. Must not know what any kind means.
#pragma once

#include <QCborMap>
#include <QString>

#include "directory/directory_source.h"
#include "fos1/result.h"

namespace fos1::crd {

/// Replaces the document from which `object` came, or creates a file KIND.NAMESPACE.NAME.yaml. Returns the path.
Result<QString> writeManifest(const DirectorySource& source, const QCborMap& object);

/// Removes the object's document, and the file if it has no other. Returns the path.
Result<QString> eraseManifest(const DirectorySource& source, const ObjectKey& key);

}  // namespace fos1::crd

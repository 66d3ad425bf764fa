// SPDX-License-Identifier: GPL-2.0-or-later
// Stores and removes objects in the manifest directory for a user. Edits the text as it is now, never as it was last
// read, and writes atomically: other documents, comments, owner and mode of a file stay. Must not know what any kind
// means.
#pragma once

#include <QCborMap>
#include <QString>

#include "directory/directory_source.h"
#include "fos1/result.h"

namespace fos1::crd {

/// Changes the document from which `object` came, or creates a file KIND.NAMESPACE.NAME.yaml. Returns the path. Refused
/// when somebody has changed that document since `source` read it.
Result<QString> writeManifest(const DirectorySource& source, const QCborMap& object);

/// Changes the fields of `patch` (RFC 7396) in the document of this object, as the user wrote it. Returns the path.
/// Refused as above.
Result<QString> mergeManifest(const DirectorySource& source, const ObjectKey& key, const QCborMap& patch);

/// Whether a file may be removed that this program did not create.
enum class HandWritten { Unknown = 0, Keep, Remove };

/// Removes the object's document, and the file if it has no other. Returns the path. Refused as above.
Result<QString> eraseManifest(const DirectorySource& source, const ObjectKey& key, HandWritten handWritten);

}  // namespace fos1::crd

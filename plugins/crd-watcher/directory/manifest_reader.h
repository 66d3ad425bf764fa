// SPDX-License-Identifier: GPL-2.0-or-later
// Reads one manifest file. Blocking; may be called on any thread. Must not know what any kind means.
#pragma once

#include <QString>
#include <vector>

#include "fos1/desired.h"
#include "fos1/result.h"
#include "yaml_document.h"

namespace fos1::crd {

/// A larger file is refused: one file must not need more time and memory than the others together.
constexpr qint64 kMostManifestBytes = qint64{1} << 20;
constexpr std::size_t kMostDocuments = 1000;

/// A document, and what is computed of it where it is read.
struct ManifestDocument {
    yaml::Document document;
    QByteArray cbor;    ///< of its value
    QByteArray digest;  ///< digestOf() its value
};

/// Equal for equal objects.
[[nodiscard]] QByteArray digestOf(const QCborMap& object);

/// The documents of a regular file that nobody has open for writing. Never waits for the writer of a FIFO. Errors: Io
/// and Conflict may be over soon; InvalidInput and Refused stay until the file changes.
[[nodiscard]] Result<std::vector<ManifestDocument>> readManifest(const QString& path);

/// The key of an object in a document. An absent namespace becomes "default".
[[nodiscard]] ObjectKey keyOf(const QCborMap& object);

/// Whether the object is a Kubernetes Secret, whose file only its owner may be able to read.
[[nodiscard]] bool isSecret(const ObjectKey& key);

}  // namespace fos1::crd

// SPDX-License-Identifier: GPL-2.0-or-later
// Manifests from files, directories and stdin. Must not know any schema.
#pragma once

#include <QStringList>
#include <vector>

#include "fos1/result.h"
#include "yaml_document.h"

namespace fos1::ctl {

/// The name of a document's object, for people: "Widget default/main".
QString objectText(const QCborMap& object);

/// The documents of `paths`: "-" is stdin, a directory stands for its *.yaml and *.yml files (without subdirectories).
/// Every file that cannot be read or parsed, or contains no object, adds to `errors`.
std::vector<yaml::Document> readManifests(const QStringList& paths, Errors& errors);

/// `object` with the namespace of `-n` when it names none; an error when it names another.
Result<QCborMap> inNamespace(const QCborMap& object, const QString& wanted);

}  // namespace fos1::ctl

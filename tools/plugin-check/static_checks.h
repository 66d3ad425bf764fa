// SPDX-License-Identifier: GPL-2.0-or-later
// What can be said of a plugin without running any of its code.
#pragma once

#include <QCborMap>
#include <QJsonObject>

#include "finding.h"
#include "plugins/plugin_metadata.h"

namespace fos1::check {

/// Valid by the host's own rules, and complete: description, status and security posture are there, and no feature is
/// asked for that the SDK does not know.
Finding checkMetadata(const QString& file);

/// Exactly Qt's two symbols.
Finding checkExports(const QString& file);

/// `section` fits the schema in the metadata. `withDefaults` becomes what the plugin will see.
Finding checkConfiguration(const host::PluginMetadata& metadata, const QCborMap& section, QCborMap* withDefaults);

}  // namespace fos1::check

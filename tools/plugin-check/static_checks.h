// SPDX-License-Identifier: GPL-2.0-or-later
// Checks of a plugin that run none of its code.
#pragma once

#include <QCborMap>
#include <QJsonObject>

#include "finding.h"
#include "plugins/plugin_metadata.h"

namespace fos1::check {

/// The metadata is valid by the host's own rules and complete: description, status and security posture are present,
/// and it requests only features that the SDK knows.
Finding checkMetadata(const QString& file);

/// The plugin exports exactly Qt's two symbols.
Finding checkExports(const QString& file);

/// `section` matches the schema in the metadata. Sets `withDefaults` to what the plugin will see.
Finding checkConfiguration(const host::PluginMetadata& metadata, const QCborMap& section, QCborMap* withDefaults);

}  // namespace fos1::check

// SPDX-License-Identifier: GPL-2.0-or-later
// The schemas of topics and kinds, from which a drill learns the fields to get wrong. A missing schema is an empty
// object.
#pragma once

#include <QJsonObject>
#include <QString>

namespace fos1::check {

struct SchemaPlaces {
    QString topics;  ///< directory of files like time.sync.v1.json
    QString crds;    ///< directory of CustomResourceDefinitions
};

/// The schemas of the SDK installation that contains this program.
SchemaPlaces installedSchemas();

/// From the plugin's own metadata, otherwise from the installation.
QJsonObject topicSchema(const QJsonObject& metadata, const SchemaPlaces& places, const QString& topic);

/// The schema of the `spec` of a kind, "group/version/Kind".
QJsonObject specSchema(const SchemaPlaces& places, const QString& kind);

}  // namespace fos1::check

// SPDX-License-Identifier: GPL-2.0-or-later
// The schemas by which a drill knows the fields to get wrong: of topics, of kinds. A missing one is an empty object.
#pragma once

#include <QJsonObject>
#include <QString>

namespace fos1::check {

struct SchemaPlaces {
    QString topics;  ///< directory of files like time.sync.v1.json
    QString crds;    ///< directory of CustomResourceDefinitions
};

/// Those of the SDK's installation around this program.
SchemaPlaces installedSchemas();

/// From the plugin's own metadata, else from the installation.
QJsonObject topicSchema(const QJsonObject& metadata, const SchemaPlaces& places, const QString& topic);

/// Of the `spec` of a kind, "group/version/Kind".
QJsonObject specSchema(const SchemaPlaces& places, const QString& kind);

}  // namespace fos1::check

// SPDX-License-Identifier: MIT
// What the metadata of a plugin grants it. Trusts the metadata; fos1-plugin-check checks it.
#pragma once

#include <QCborMap>
#include <QJsonObject>
#include <QStringList>

namespace fos1::testing {

struct Permissions {
    QString id;
    QStringList kinds;  ///< "group/version/Kind"
    QStringList publishes;
    QStringList subscribes;
    QStringList features;  ///< IIDs, required and wanted

    /// `metadata` as its author wrote it (`{"id": …}`).
    static Permissions fromMetadata(const QJsonObject& metadata);
};

/// `section` with the defaults of the metadata's "config" schema in place of absent fields, as the host would fill them
/// in. Checks nothing.
QCborMap withConfigDefaults(const QJsonObject& metadata, const QCborMap& section);

}  // namespace fos1::testing

// SPDX-License-Identifier: GPL-2.0-or-later
// Values that no well-meaning publisher or user writes. Pure; the schema only says which fields there are to get wrong.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QJsonObject>
#include <vector>

namespace fos1::check {

struct NamedMap {
    QString name;  ///< what is wrong with it, for the report
    QCborMap value;
};

/// A value that fits `schema`, as plain as can be; empty for an empty schema.
QCborMap plainValue(const QJsonObject& schema);

/// Maps that are no such value: empty, of wrong types field by field, huge, nested deeply, with keys that are no text.
std::vector<NamedMap> garbageMaps(const QJsonObject& schema);

/// Objects of a kind ("group/version/Kind") with each of these as their spec, and some that are hardly objects.
std::vector<NamedMap> garbageObjects(const QString& kind, const QJsonObject& specSchema);

}  // namespace fos1::check

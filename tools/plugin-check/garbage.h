// SPDX-License-Identifier: GPL-2.0-or-later
// Values that no well-behaved publisher or user writes. Pure. The schema only names the fields to get wrong.
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

/// The simplest value that matches `schema`; empty for an empty schema.
QCborMap plainValue(const QJsonObject& schema);

/// Maps that do not match `schema`: empty, with wrong types field by field, huge, deeply nested, with keys that are not
/// text.
std::vector<NamedMap> garbageMaps(const QJsonObject& schema);

/// Objects of a kind ("group/version/Kind") with each of these maps as their spec, and some that are barely objects.
std::vector<NamedMap> garbageObjects(const QString& kind, const QJsonObject& specSchema);

}  // namespace fos1::check

// SPDX-License-Identifier: GPL-2.0-or-later
// One node of a structural schema, read from JSON. Refuses what it does not know, so that no rule of a schema is
// dropped in silence. Checks nothing itself.
#pragma once

#include <QCborArray>
#include <QCborValue>
#include <QJsonObject>
#include <QRegularExpression>
#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "fos1/result.h"

namespace fos1::schema {

enum class ValueType { Any = 0, Object, Array, Text, Integer, Number, Boolean };

/// x-kubernetes-list-type: what may not occur twice.
enum class ListType { Atomic = 0, Set, Map };

struct SchemaNode {
    ValueType type = ValueType::Any;
    QString title;  ///< names a valid value: "a network such as 10.0.0.0/8"
    bool nullable = false;
    bool intOrText = false;
    bool secret = false;  ///< format: password; the value is never shown
    QCborValue defaultValue{QCborValue::Undefined};
    QCborArray allowed;  ///< enum; empty = anything

    std::map<QString, SchemaNode> properties;
    std::vector<QString> required;
    std::unique_ptr<SchemaNode> additional;  ///< schema of fields that are not in `properties`
    bool refusesUnknown = false;
    std::optional<qint64> minProperties, maxProperties;

    std::unique_ptr<SchemaNode> items;
    std::optional<qint64> minItems, maxItems;
    ListType listType = ListType::Atomic;
    std::vector<QString> listKeys;

    std::optional<qint64> minLength, maxLength;  ///< in code points
    QRegularExpression pattern;                  ///< searched, not anchored; empty = none

    std::optional<double> minimum, maximum, multipleOf;
    bool exclusiveMinimum = false;
    bool exclusiveMaximum = false;

    /// The schema of field `name` of an object, or null.
    [[nodiscard]] const SchemaNode* field(const QString& name) const;

    /// `path` of an error names the schema's own element: `properties.spec.type`.
    static Result<SchemaNode> read(const QJsonObject& schema);
};

}  // namespace fos1::schema

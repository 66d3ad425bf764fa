// SPDX-License-Identifier: GPL-2.0-or-later
// One node of a structural schema, read from JSON. Refuses unknown keywords, so that no rule of a schema is silently
// ignored. Checks no values.
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

/// x-kubernetes-list-type: what must be unique.
enum class ListType { Atomic = 0, Set, Map };

struct SchemaNode {
    ValueType type = ValueType::Any;
    QString title;  ///< describes a valid value: "a network such as 10.0.0.0/8"
    bool nullable = false;
    bool intOrText = false;
    bool secret = false;           ///< format: password; the value is never shown
    bool holdsSecrets = false;     ///< it, or something below it, is secret
    bool hasSecretFields = false;  ///< a map whose fields are secrets, or lists or maps of them: what else is in it may
                                   ///< be a misplaced one
    QCborValue defaultValue{QCborValue::Undefined};
    QCborArray allowed;  ///< enum; empty = anything

    std::map<QString, SchemaNode> properties;
    std::vector<QString> required;
    std::unique_ptr<SchemaNode> additional;  ///< schema of the fields that are not in `properties`
    bool refusesUnknown = false;
    std::optional<qint64> minProperties, maxProperties;
    std::vector<QString> choice;                           ///< oneOf, where each is one required field
    std::map<QString, std::vector<QString>> dependencies;  ///< fields that a field needs

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

    /// The `path` of an error is that of the schema element: `properties.spec.type`.
    static Result<SchemaNode> read(const QJsonObject& schema);
};

}  // namespace fos1::schema

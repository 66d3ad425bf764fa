// SPDX-License-Identifier: GPL-2.0-or-later
// As in k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting: nulls are pruned first, then defaults apply.
#include "schema_defaults.h"

#include <QCborArray>
#include <QCborMap>
#include <cmath>

namespace fos1::schema {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

QCborValue defaultedMap(const SchemaNode& node, const QCborMap& map) {
    QCborMap result;
    for (const auto& [key, value] : map) {
        const SchemaNode* field = node.field(key.toString());
        if (!field)
            result.insert(key, value);
        else if (!value.isNull() || field->nullable)
            result.insert(key, defaulted(*field, value));
    }
    for (const auto& [name, field] : node.properties)
        if (!field.defaultValue.isUndefined() && !result.contains(name))
            result.insert(name, defaulted(field, field.defaultValue));
    return result;
}

}  // namespace

QCborValue defaulted(const SchemaNode& node, const QCborValue& value) {
    if (value.isMap()) return defaultedMap(node, value.toMap());
    if (value.isArray() && node.items) {
        QCborArray list;
        for (const QCborValue& item : value.toArray()) list.append(defaulted(*node.items, item));
        return list;
    }
    const bool isNumber = node.type == ValueType::Integer || node.type == ValueType::Number || node.intOrText;
    if (value.isDouble() && isNumber && std::trunc(value.toDouble()) == value.toDouble() &&
        std::fabs(value.toDouble()) <= kExactIntegers)
        return static_cast<qint64>(value.toDouble());
    return value;
}

}  // namespace fos1::schema

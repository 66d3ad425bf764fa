// SPDX-License-Identifier: GPL-2.0-or-later
#include "schema_masking.h"

#include <QCborArray>
#include <QCborMap>

namespace fos1::schema {

QCborValue masked(const SchemaNode& node, const QCborValue& value) {
    if (node.secret) return QStringLiteral("********");
    if (value.isMap()) {
        QCborMap result;
        for (const auto& [key, item] : value.toMap()) {
            const SchemaNode* field = node.field(key.toString());
            result.insert(key, field ? masked(*field, item) : QCborValue(item));
        }
        return result;
    }
    if (value.isArray() && node.items) {
        QCborArray list;
        for (const QCborValue& item : value.toArray()) list.append(masked(*node.items, item));
        return list;
    }
    return value;
}

}  // namespace fos1::schema

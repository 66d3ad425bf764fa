// SPDX-License-Identifier: GPL-2.0-or-later
// Names follow Kubernetes' "Object Names and IDs" and "Labels and Selectors".
#include "object_metadata.h"

#include <QJsonDocument>

#include "json_schema.h"

namespace fos1::schema {
namespace {

/// Fields that the API server writes are accepted unchecked, so that an object read from a cluster can be passed back.
const JsonSchema& metadataSchema() {
    static const JsonSchema schema = [] {
        const char* text = R"json({
            "type": "object",
            "required": ["name"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 253,
                    "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
                    "title": "lower-case letters, digits, '-' and '.' such as \"main-site\""},
                "namespace": {"type": "string", "minLength": 1, "maxLength": 63,
                    "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
                    "title": "lower-case letters, digits and '-' such as \"default\""},
                "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63,
                    "pattern": "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$",
                    "title": "letters, digits, '-', '_' and '.'"}},
                "annotations": {"type": "object", "additionalProperties": {"type": "string"}},
                "generation": {"type": "integer"},
                "uid": {"type": "string"},
                "resourceVersion": {"type": "string"},
                "creationTimestamp": {"type": "string", "nullable": true},
                "deletionTimestamp": {"type": "string", "nullable": true},
                "deletionGracePeriodSeconds": {"type": "integer"},
                "generateName": {"type": "string"},
                "selfLink": {"type": "string"},
                "finalizers": {"type": "array"},
                "ownerReferences": {"type": "array"},
                "managedFields": {"type": "array"}
            }
        })json";
        auto compiled = JsonSchema::compile(QJsonDocument::fromJson(text).object());
        Q_ASSERT(compiled.has_value());
        return std::move(*compiled);
    }();
    return schema;
}

}  // namespace

tl::expected<QCborMap, Errors> admitMetadata(const QCborMap& object, bool namespaced) {
    const QCborValue given = object.value(QStringLiteral("metadata"));
    const QCborValue metadata = metadataSchema().withDefaults(given.isUndefined() ? QCborValue(QCborMap()) : given);
    Errors errors = metadataSchema().validate(metadata);
    for (Error& error : errors)
        error.path = error.path.isEmpty() ? QStringLiteral("metadata") : QStringLiteral("metadata.") + error.path;

    QCborMap result = metadata.toMap();
    const QString ns = QStringLiteral("namespace");
    if (namespaced && !result.contains(ns)) result.insert(ns, QStringLiteral("default"));
    if (!namespaced && result.contains(ns))
        errors.push_back({ErrorCode::InvalidInput,
                          QStringLiteral("must be absent: objects of this kind have no namespace"),
                          QStringLiteral("metadata.namespace")});
    if (!errors.empty()) return tl::unexpected(std::move(errors));
    return result;
}

}  // namespace fos1::schema

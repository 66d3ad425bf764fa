// SPDX-License-Identifier: GPL-2.0-or-later
// The fields are those of Secret, core/v1 (Kubernetes API reference).
#include "core_kinds.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace fos1::schema {

namespace {

constexpr const char* kSecret = R"({
  "type": "object",
  "properties": {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    "type": {"type": "string", "maxLength": 253, "default": "Opaque"},
    "immutable": {"type": "boolean"},
    "data": {"type": "object", "maxProperties": 256, "additionalProperties": {
      "type": "string", "format": "password", "maxLength": 1398104, "title": "base64",
      "pattern": "^[A-Za-z0-9+/\\s]*={0,2}\\s*$"}},
    "stringData": {"type": "object", "maxProperties": 256, "additionalProperties": {
      "type": "string", "format": "password", "maxLength": 1048576}}
  }
})";

}  // namespace

std::vector<ResourceKind> coreKinds() {
    auto schema = JsonSchema::compile(QJsonDocument::fromJson(kSecret).object());
    Q_ASSERT(schema);
    std::vector<ResourceKind> kinds;
    kinds.push_back({QStringLiteral("v1"),
                     QStringLiteral("Secret"),
                     QStringLiteral("secrets"),
                     QStringLiteral("secret"),
                     {},
                     true,
                     {{QStringLiteral("Type"), QStringLiteral("string"), QStringLiteral(".type")},
                      {QStringLiteral("Age"), QStringLiteral("date"), QStringLiteral(".metadata.creationTimestamp")}},
                     std::move(*schema),
                     {}});
    return kinds;
}

}  // namespace fos1::schema

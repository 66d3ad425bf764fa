// SPDX-License-Identifier: GPL-2.0-or-later
// Checks a value against a structural JSON schema and fills in its defaults. valijson decides; this file converts its
// findings to one clear sentence and one path each. Must not know Kubernetes or files.
#pragma once

#include <QCborValue>
#include <QJsonObject>
#include <memory>

#include "fos1/result.h"

namespace fos1::schema {

class JsonSchema {
   public:
    /// Compiles a schema (JSON Schema draft 4–7 keywords that a structural CRD schema may use, with `nullable` and
    /// `x-kubernetes-preserve-unknown-fields`, `x-kubernetes-int-or-string`). An object schema with `properties` and
    /// without additionalProperties refuses unknown fields.
    static Result<JsonSchema> compile(const QJsonObject& schema);

    JsonSchema(JsonSchema&&) noexcept;
    JsonSchema& operator=(JsonSchema&&) noexcept;
    ~JsonSchema();

    /// Every mistake with its path relative to `value` (`spec.sources.pools[0].name`) and a message with the expected
    /// and the actual value: `must be at most 16, is 20`, `unknown field; did you mean "servers"?`, `is required`.
    [[nodiscard]] Errors validate(const QCborValue& value) const;

    /// `value` with the schema's defaults where fields are absent (Kubernetes' structural defaulting: a default applies
    /// only inside an object that is present, and defaults inside a defaulted object apply too).
    [[nodiscard]] QCborValue withDefaults(const QCborValue& value) const;

    /// `value` with every secret (`format: password`) replaced, so that it can be shown.
    [[nodiscard]] QCborValue masked(const QCborValue& value) const;

   private:
    struct Compiled;
    explicit JsonSchema(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> m_compiled;
};

}  // namespace fos1::schema

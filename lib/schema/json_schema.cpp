// SPDX-License-Identifier: GPL-2.0-or-later
// The only unit that includes valijson, which takes seconds to compile. A value is valid when both valijson and our own
// walk (schema_findings) accept it; the walk produces the messages. Only the walk checks two things that valijson 1.0
// does wrong: integers (its Qt adapter uses 32 bits) and patterns (std::regex overflows the stack on long text).
#include "json_schema.h"

#include <QJsonArray>
#include <valijson/adapters/qtjson_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "schema_defaults.h"
#include "schema_findings.h"
#include "schema_masking.h"
#include "schema_node.h"

namespace fos1::schema {
namespace {

QJsonArray mapped(const QJsonArray& schemas);

/// Converts a structural schema, from a node that SchemaNode has accepted, to JSON Schema draft 4.
QJsonObject plainSchema(const QJsonObject& structural) {
    QJsonObject plain;
    for (const char* keyword :
         {"required", "minProperties", "maxProperties", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength",
          "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
        if (const QString key = QString::fromLatin1(keyword); structural.contains(key)) plain[key] = structural[key];

    const bool isNullable = structural[u"nullable"].toBool();
    QJsonArray types;
    if (const QString type = structural[u"type"].toString(); !type.isEmpty())
        types.append(type == u"integer" ? QStringLiteral("number") : type);
    if (structural[u"x-kubernetes-int-or-string"].toBool())
        types = QJsonArray{QStringLiteral("number"), QStringLiteral("string")};
    if (!types.isEmpty() && isNullable) types.append(QStringLiteral("null"));
    if (!types.isEmpty()) plain[u"type"] = types;
    if (QJsonArray allowed = structural[u"enum"].toArray(); !allowed.isEmpty()) {
        if (isNullable) allowed.append(QJsonValue());
        plain[u"enum"] = allowed;
    }

    if (structural.contains(u"properties")) {
        QJsonObject properties = structural[u"properties"].toObject();
        for (auto property = properties.begin(); property != properties.end(); ++property)
            property.value() = plainSchema(property.value().toObject());
        plain[u"properties"] = properties;
    }
    const QJsonValue additional = structural[u"additionalProperties"];
    if (additional.isObject())
        plain[u"additionalProperties"] = plainSchema(additional.toObject());
    else if (additional.isBool())
        plain[u"additionalProperties"] = additional;
    else if (structural.contains(u"properties") && structural[u"type"].toString() == u"object")
        plain[u"additionalProperties"] = structural[u"x-kubernetes-preserve-unknown-fields"].toBool();
    if (structural[u"items"].isObject()) plain[u"items"] = plainSchema(structural[u"items"].toObject());

    for (const char* keyword : {"allOf", "anyOf", "oneOf"})
        if (const QString key = QString::fromLatin1(keyword); structural.contains(key))
            plain[key] = mapped(structural[key].toArray());
    if (structural.contains(u"not")) plain[u"not"] = plainSchema(structural[u"not"].toObject());
    return plain;
}

QJsonArray mapped(const QJsonArray& schemas) {
    QJsonArray plain;
    for (const QJsonValue schema : schemas) plain.append(plainSchema(schema.toObject()));
    return plain;
}

/// Converts "<root>", "[spec]", "[pools]", "[0]" to `spec.pools[0]`.
QString pathOf(const std::vector<std::string>& context) {
    QString path;
    for (std::size_t i = 1; i < context.size(); ++i) {
        const QString element = QString::fromStdString(context[i]);
        const QString name = element.mid(1, element.size() - 2);
        bool isIndex = false;
        name.toInt(&isIndex);
        if (isIndex)
            path += element;
        else
            path += path.isEmpty() ? name : u'.' + name;
    }
    return path;
}

QString inOurWords(const std::string& description) {
    const QString text = QString::fromStdString(description);
    if (text.contains(u"anyOf")) return QStringLiteral("matches none of the allowed alternatives");
    if (text.contains(u"oneOf") || text.contains(u"exactly one"))
        return QStringLiteral("must match exactly one of the allowed alternatives");
    if (text.contains(u"'not'")) return QStringLiteral("is a combination that is not allowed");
    return text;
}

}  // namespace

struct JsonSchema::Compiled {
    SchemaNode root;
    valijson::Schema schema;

    /// The mistakes that valijson finds at the deepest level; empty when it accepts the value.
    [[nodiscard]] Errors decide(const QCborValue& value) const {
        valijson::ValidationResults results;
        const QJsonValue json = value.toJsonValue();
        if (valijson::Validator().validate(schema, valijson::adapters::QtJsonAdapter(json), &results)) return {};
        valijson::ValidationResults::Error deepest{{}, "is not valid"};
        for (const auto& error : results)
            if (error.context.size() >= deepest.context.size()) deepest = error;
        return {{ErrorCode::InvalidInput, inOurWords(deepest.description), pathOf(deepest.context)}};
    }
};

JsonSchema::JsonSchema(std::unique_ptr<Compiled> compiled) : m_compiled(std::move(compiled)) {}
JsonSchema::JsonSchema(JsonSchema&&) noexcept = default;
JsonSchema& JsonSchema::operator=(JsonSchema&&) noexcept = default;
JsonSchema::~JsonSchema() = default;

Result<JsonSchema> JsonSchema::compile(const QJsonObject& schema) {
    auto root = SchemaNode::read(schema);
    if (!root) return tl::unexpected(root.error());
    auto compiled = std::make_unique<Compiled>();
    compiled->root = std::move(*root);
    try {
        const QJsonValue plain = plainSchema(schema);
        valijson::SchemaParser(valijson::SchemaParser::kDraft4)
            .populateSchema(valijson::adapters::QtJsonAdapter(plain), compiled->schema);
    } catch (const std::exception& exception) {
        return failure(ErrorCode::InvalidInput, QString::fromLatin1(exception.what()));
    }
    return JsonSchema(std::move(compiled));
}

Errors JsonSchema::validate(const QCborValue& value) const {
    Errors errors = findings(m_compiled->root, value);
    return errors.empty() ? m_compiled->decide(value) : errors;
}

QCborValue JsonSchema::masked(const QCborValue& value) const { return schema::masked(m_compiled->root, value); }
QCborValue JsonSchema::withDefaults(const QCborValue& value) const { return defaulted(m_compiled->root, value); }

}  // namespace fos1::schema

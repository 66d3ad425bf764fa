// SPDX-License-Identifier: GPL-2.0-or-later
// The keywords are those of JSONSchemaProps (apiextensions.k8s.io/v1) that a structural schema may use.
#include "schema_node.h"

#include <QJsonArray>
#include <QSet>

namespace fos1::schema {
namespace {

QString join(const QString& path, const QString& key) { return path.isEmpty() ? key : path + u'.' + key; }

/// `pattern` with every `$` matching only the end of the text, as in the API server's RE2. In PCRE it also matches
/// before a final line feed.
QString withStrictEnd(const QString& pattern) {
    QString strict;
    bool isInClass = false;
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const QChar c = pattern.at(i);
        if (c == u'\\' && i + 1 < pattern.size()) {
            strict += c;
            strict += pattern.at(++i);
            continue;
        }
        if (c == u'[') isInClass = true;
        if (c == u']') isInClass = false;
        strict += c == u'$' && !isInClass ? QStringLiteral("\\z") : QString(c);
    }
    return strict;
}

/// Reads one node and stops at the first mistake.
class Reader {
   public:
    Reader(QJsonObject json, QString path) : m_json(std::move(json)), m_path(std::move(path)) {}

    Result<SchemaNode> read() {
        readType();
        readAnnotations();
        readObject();
        readArray();
        readTextAndNumber();
        readFieldRules();
        refuseUnknownKeywords();
        if (m_error) return tl::unexpected(*m_error);
        findSecrets();
        return std::move(m_node);
    }

   private:
    /// A secret, or a list or map of them.
    static bool isOfSecrets(const SchemaNode& node) {
        return node.secret || (node.items && isOfSecrets(*node.items)) ||
               (node.additional && isOfSecrets(*node.additional));
    }

    /// The nodes below know it already.
    void findSecrets() {
        m_node.holdsSecrets = m_node.secret || (m_node.items && m_node.items->holdsSecrets) ||
                              (m_node.additional && m_node.additional->holdsSecrets);
        m_node.hasSecretFields = m_node.additional && isOfSecrets(*m_node.additional);
        for (const auto& [name, field] : m_node.properties) {
            m_node.holdsSecrets = m_node.holdsSecrets || field.holdsSecrets;
            m_node.hasSecretFields = m_node.hasSecretFields || isOfSecrets(field);
        }
    }

    void fail(const QString& key, const QString& message) {
        if (!m_error) m_error = Error{ErrorCode::InvalidInput, message, join(m_path, key)};
    }

    QJsonValue take(const char* keyword) {
        const QString key = QString::fromLatin1(keyword);
        m_known.insert(key);
        return m_json.value(key);
    }
    QString text(const char* keyword) {
        const QJsonValue value = take(keyword);
        if (!value.isUndefined() && !value.isString())
            fail(QString::fromLatin1(keyword), QStringLiteral("must be text"));
        return value.toString();
    }
    bool boolean(const char* keyword) {
        const QJsonValue value = take(keyword);
        if (!value.isUndefined() && !value.isBool())
            fail(QString::fromLatin1(keyword), QStringLiteral("must be true or false"));
        return value.toBool();
    }
    std::optional<double> number(const char* keyword) {
        const QJsonValue value = take(keyword);
        if (value.isUndefined()) return std::nullopt;
        if (!value.isDouble()) fail(QString::fromLatin1(keyword), QStringLiteral("must be a number"));
        return value.toDouble();
    }
    std::optional<qint64> count(const char* keyword) {
        const QJsonValue value = take(keyword);
        if (value.isUndefined()) return std::nullopt;
        if (value.toInteger(-1) < 0) fail(QString::fromLatin1(keyword), QStringLiteral("must be a count"));
        return value.toInteger();
    }
    std::vector<QString> texts(const char* keyword) {
        const QJsonValue value = take(keyword);
        std::vector<QString> list;
        if (!value.isUndefined() && !value.isArray())
            fail(QString::fromLatin1(keyword), QStringLiteral("must be a list"));
        for (const QJsonValue item : value.toArray()) list.push_back(item.toString());
        return list;
    }
    std::unique_ptr<SchemaNode> child(const QJsonValue& json, const QString& key) {
        if (!json.isObject()) {
            fail(key, QStringLiteral("must be a schema"));
            return nullptr;
        }
        auto node = Reader(json.toObject(), join(m_path, key)).read();
        if (!node) {
            if (!m_error) m_error = node.error();
            return nullptr;
        }
        return std::make_unique<SchemaNode>(std::move(*node));
    }

    void readType() {
        static const std::map<QString, ValueType> types{
            {QString(), ValueType::Any},
            {QStringLiteral("object"), ValueType::Object},
            {QStringLiteral("array"), ValueType::Array},
            {QStringLiteral("string"), ValueType::Text},
            {QStringLiteral("integer"), ValueType::Integer},
            {QStringLiteral("number"), ValueType::Number},
            {QStringLiteral("boolean"), ValueType::Boolean},
        };
        const QString name = text("type");
        const auto found = types.find(name);
        if (found == types.end()) return fail(QStringLiteral("type"), QStringLiteral("unknown type \"%1\"").arg(name));
        m_node.type = found->second;
        m_node.nullable = boolean("nullable");
        m_node.intOrText = boolean("x-kubernetes-int-or-string");
    }

    void readAnnotations() {
        // For people, or evaluated only by the API server.
        for (const char* keyword : {"description", "example", "externalDocs", "$schema", "$id",
                                    "x-kubernetes-validations", "x-kubernetes-map-type"})
            take(keyword);
        m_node.title = text("title");
        // valijson and the API server check different formats: use a pattern instead.
        static const QSet<QString> formats{QString(),
                                           QStringLiteral("path"),
                                           QStringLiteral("int32"),
                                           QStringLiteral("int64"),
                                           QStringLiteral("double"),
                                           QStringLiteral("float"),
                                           QStringLiteral("password"),
                                           QStringLiteral("date-time")};
        const QString format = text("format");
        if (!formats.contains(format))
            fail(QStringLiteral("format"), QStringLiteral("the format \"%1\" is not supported").arg(format));
        m_node.secret = format == u"password";

        const QJsonValue value = take("default");
        if (!value.isUndefined()) m_node.defaultValue = QCborValue::fromJsonValue(value);
        const QJsonValue allowed = take("enum");
        if (!allowed.isUndefined() && allowed.toArray().isEmpty())
            fail(QStringLiteral("enum"), QStringLiteral("must be a list of values"));
        m_node.allowed = QCborArray::fromJsonArray(allowed.toArray());
    }

    void readObject() {
        const QJsonValue properties = take("properties");
        if (!properties.isUndefined() && !properties.isObject())
            fail(QStringLiteral("properties"), QStringLiteral("must be a map of schemas"));
        const QJsonObject fields = properties.toObject();
        for (auto field = fields.begin(); field != fields.end(); ++field)
            if (auto node = child(field.value(), QStringLiteral("properties.") + field.key()))
                m_node.properties.emplace(field.key(), std::move(*node));
        m_node.required = texts("required");
        m_node.minProperties = count("minProperties");
        m_node.maxProperties = count("maxProperties");

        const bool preservesUnknown = boolean("x-kubernetes-preserve-unknown-fields");
        boolean("x-kubernetes-embedded-resource");
        const QJsonValue additional = take("additionalProperties");
        if (additional.isObject())
            m_node.additional = child(additional, QStringLiteral("additionalProperties"));
        else if (!additional.isUndefined() && !additional.isBool())
            fail(QStringLiteral("additionalProperties"), QStringLiteral("must be a schema, true or false"));
        const bool isClosed = additional.isBool() ? !additional.toBool() : additional.isUndefined();
        m_node.refusesUnknown = isClosed && !preservesUnknown && m_node.type == ValueType::Object &&
                                (!properties.isUndefined() || additional.isBool());
    }

    void readArray() {
        const QJsonValue items = take("items");
        if (!items.isUndefined()) m_node.items = child(items, QStringLiteral("items"));
        m_node.minItems = count("minItems");
        m_node.maxItems = count("maxItems");
        const bool isUnique = boolean("uniqueItems");
        const QString listType = text("x-kubernetes-list-type");
        m_node.listKeys = texts("x-kubernetes-list-map-keys");
        if (listType == u"map")
            m_node.listType = ListType::Map;
        else if (listType == u"set" || isUnique)
            m_node.listType = ListType::Set;
        else if (!listType.isEmpty() && listType != u"atomic")
            fail(QStringLiteral("x-kubernetes-list-type"), QStringLiteral("must be atomic, set or map"));
    }

    void readTextAndNumber() {
        m_node.minLength = count("minLength");
        m_node.maxLength = count("maxLength");
        const QString pattern = text("pattern");
        if (!pattern.isEmpty()) {
            m_node.pattern = QRegularExpression(withStrictEnd(pattern), QRegularExpression::DontCaptureOption);
            if (!m_node.pattern.isValid()) fail(QStringLiteral("pattern"), m_node.pattern.errorString());
        }
        m_node.minimum = number("minimum");
        m_node.maximum = number("maximum");
        m_node.multipleOf = number("multipleOf");
        m_node.exclusiveMinimum = boolean("exclusiveMinimum");
        m_node.exclusiveMaximum = boolean("exclusiveMaximum");
    }

    void readFieldRules() {
        const QJsonArray alternatives = take("oneOf").toArray();
        for (const QJsonValue each : alternatives) {
            const QJsonArray names = each[u"required"].toArray();
            if (each.toObject().size() == 1 && names.size() == 1) m_node.choice.push_back(names[0].toString());
        }
        if (static_cast<qsizetype>(m_node.choice.size()) != alternatives.size()) m_node.choice.clear();
        const QJsonValue dependencies = take("dependencies");
        if (!dependencies.isUndefined() && !dependencies.isObject())
            fail(QStringLiteral("dependencies"), QStringLiteral("must be a map of lists"));
        const QJsonObject fields = dependencies.toObject();
        for (auto field = fields.begin(); field != fields.end(); ++field) {
            if (!field.value().isArray())
                fail(QStringLiteral("dependencies.") + field.key(), QStringLiteral("must be a list of fields"));
            for (const QJsonValue each : field.value().toArray())
                m_node.dependencies[field.key()].push_back(each.toString());
        }
    }

    void refuseUnknownKeywords() {
        // Only valijson evaluates these; structural schemas use them only for value checks.
        for (const char* keyword : {"allOf", "anyOf", "not"}) take(keyword);
        for (const QString& key : m_json.keys())
            if (!m_known.contains(key)) fail(key, QStringLiteral("this keyword is not supported"));
    }

    const QJsonObject m_json;
    const QString m_path;
    SchemaNode m_node;
    QSet<QString> m_known;
    std::optional<Error> m_error;
};

}  // namespace

const SchemaNode* SchemaNode::field(const QString& name) const {
    const auto found = properties.find(name);
    return found != properties.end() ? &found->second : additional.get();
}

Result<SchemaNode> SchemaNode::read(const QJsonObject& schema) { return Reader(schema, {}).read(); }

}  // namespace fos1::schema

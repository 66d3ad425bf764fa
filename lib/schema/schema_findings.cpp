// SPDX-License-Identifier: GPL-2.0-or-later
// Walks schema and value together. A value of the wrong type is reported once, and its contents are not checked.
#include "schema_findings.h"

#include <QCborArray>
#include <QCborMap>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>
#include <cmath>
#include <utility>

#include "closest_word.h"

namespace fos1::schema {
namespace {

constexpr int kShownText = 60;    ///< characters of a wrong value that a message shows
constexpr int kShownFields = 12;  ///< an unknown-field message lists the known fields up to this number

QString join(const QString& path, const QString& key) { return path.isEmpty() ? key : path + u'.' + key; }
QString join(const QString& path, qsizetype index) { return path + u'[' + QString::number(index) + u']'; }

QString numberText(double value) { return QString::number(value, 'g', QLocale::FloatingPointShortest); }

QString quotedText(const QString& text) {
    QString shown = text.left(kShownText);
    for (QChar& c : shown)
        if (!c.isPrint()) c = u'?';
    return u'"' + shown + (text.size() > kShownText ? QStringLiteral("\u2026\"") : QStringLiteral("\""));
}

/// A value as a message shows it: "20", "\"x\"", "a list".
QString shown(const QCborValue& value) {
    if (value.isString()) return quotedText(value.toString());
    if (value.isBool()) return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isInteger()) return QString::number(value.toInteger());
    if (value.isDouble()) return numberText(value.toDouble());
    if (value.isArray()) return QStringLiteral("a list");
    if (value.isMap()) return QStringLiteral("a map");
    return QStringLiteral("null");
}

QString typeName(const SchemaNode& node) {
    if (node.intOrText) return QStringLiteral("an integer or text");
    switch (node.type) {
        case ValueType::Object: return QStringLiteral("a map");
        case ValueType::Array: return QStringLiteral("a list");
        case ValueType::Text: return QStringLiteral("text");
        case ValueType::Integer: return QStringLiteral("an integer");
        case ValueType::Number: return QStringLiteral("a number");
        case ValueType::Boolean: return QStringLiteral("true or false");
        case ValueType::Any: break;
    }
    return QStringLiteral("anything");
}

/// 4.0 is an integer, as in the API server.
bool isIntegral(const QCborValue& value) {
    return value.isInteger() ||
           (value.isDouble() && std::isfinite(value.toDouble()) && std::trunc(value.toDouble()) == value.toDouble());
}

bool isNumber(const QCborValue& value) {
    return value.isInteger() || (value.isDouble() && std::isfinite(value.toDouble()));
}

bool hasType(const SchemaNode& node, const QCborValue& value) {
    if (value.isNull()) return node.nullable;
    if (node.intOrText) return isIntegral(value) || value.isString();
    switch (node.type) {
        case ValueType::Object: return value.isMap();
        case ValueType::Array: return value.isArray();
        case ValueType::Text: return value.isString();
        case ValueType::Integer: return isIntegral(value);
        case ValueType::Number: return isNumber(value);
        case ValueType::Boolean: return value.isBool();
        case ValueType::Any: return true;
    }
    return true;
}

/// JSON equality: 4 equals 4.0.
bool isSame(const QCborValue& a, const QCborValue& b) { return a.toJsonValue() == b.toJsonValue(); }

QString countText(qint64 count, const char* what) {
    return QString::number(count) + u' ' + QLatin1String(what) + (count == 1 ? QString() : QStringLiteral("s"));
}

class Walk {
   public:
    Errors take() { return std::move(m_errors); }

    void check(const SchemaNode& node, const QCborValue& value, const QString& path) {
        if (!hasType(node, value)) {
            const QString what = value.isString() && !isHidden(node) ? QStringLiteral("the text ") : QString();
            return report(path, QStringLiteral("must be %1, is %2").arg(typeName(node), what + found(node, value)));
        }
        if (value.isNull()) return;
        if (!node.allowed.isEmpty() && !isAllowed(node, value)) return reportNotAllowed(node, value, path);
        if (value.isMap()) checkMap(node, value.toMap(), path);
        if (value.isArray()) checkList(node, value.toArray(), path);
        if (value.isString()) checkText(node, value.toString(), path);
        if (isNumber(value)) checkNumber(node, value, path);
    }

   private:
    void report(const QString& path, const QString& message) {
        m_errors.push_back({ErrorCode::InvalidInput, message, path});
    }

    /// Whether the value may be a secret, at its place or at a wrong one.
    [[nodiscard]] bool isHidden(const SchemaNode& node) const { return m_isBesideSecrets || node.holdsSecrets; }

    [[nodiscard]] QString found(const SchemaNode& node, const QCborValue& value) const {
        const bool isScalar = !value.isMap() && !value.isArray() && !value.isNull();
        return isScalar && isHidden(node) ? QStringLiteral("something else") : shown(value);
    }

    static bool isAllowed(const SchemaNode& node, const QCborValue& value) {
        for (const QCborValue& allowed : node.allowed)
            if (isSame(allowed, value)) return true;
        return false;
    }

    void reportNotAllowed(const SchemaNode& node, const QCborValue& value, const QString& path) {
        QStringList list;
        std::vector<QString> words;
        for (const QCborValue& allowed : node.allowed) {
            list << shown(allowed);
            words.push_back(allowed.toString());
        }
        const QString one =
            list.size() == 1 ? QStringLiteral("must be %1, is %2") : QStringLiteral("must be one of %1; is %2");
        report(path,
               one.arg(list.join(QStringLiteral(", ")), found(node, value)) + suggestion(value.toString(), words));
    }

    void checkMap(const SchemaNode& node, const QCborMap& map, const QString& path) {
        for (const QString& name : node.required)
            if (map.value(name).isUndefined()) report(join(path, name), QStringLiteral("is required"));
        if (node.minProperties && map.size() < *node.minProperties)
            report(path, QStringLiteral("must have at least %1, has %2")
                             .arg(countText(*node.minProperties, "field"), QString::number(map.size())));
        if (node.maxProperties && map.size() > *node.maxProperties)
            report(path, QStringLiteral("must have at most %1, has %2")
                             .arg(countText(*node.maxProperties, "field"), QString::number(map.size())));
        checkChoice(node, map, path);
        for (const auto& [name, needed] : node.dependencies)
            for (const QString& each : needed)
                if (map.contains(name) && !map.contains(each))
                    report(join(path, name), QStringLiteral("needs \"%1\"").arg(each));
        const bool before = std::exchange(m_isBesideSecrets, m_isBesideSecrets || node.hasSecretFields);
        for (const auto& [key, value] : map) {
            const QString name = key.toString();
            const SchemaNode* field = node.field(name);
            // Where a text belongs, something else may have a secret as its key.
            const bool isNameHidden =
                field && node.hasSecretFields && field == node.additional.get() && !hasType(*field, value);
            if (field)
                check(*field, value, isNameHidden ? path + QStringLiteral("[*]") : join(path, name));
            else if (node.refusesUnknown)
                reportUnknown(node, name, path);
        }
        m_isBesideSecrets = before;
    }

    void checkChoice(const SchemaNode& node, const QCborMap& map, const QString& path) {
        if (node.choice.empty()) return;
        QStringList all;
        qsizetype given = 0;
        for (const QString& name : node.choice) {
            all << u'"' + name + u'"';
            given += map.contains(name) ? 1 : 0;
        }
        const QString names = all.join(QStringLiteral(", "));
        if (given == 0) report(path, QStringLiteral("needs one of %1").arg(names));
        if (given > 1) report(path, QStringLiteral("must have only one of %1").arg(names));
    }

    void reportUnknown(const SchemaNode& node, const QString& name, const QString& path) {
        std::vector<QString> known;
        QStringList list;
        for (const auto& [field, schema] : node.properties) {
            known.push_back(field);
            list << field;
        }
        QString hint = suggestion(name, known);
        const bool isNameHidden = m_isBesideSecrets && hint.isEmpty();
        if (hint.isEmpty() && !list.isEmpty() && list.size() <= kShownFields)
            hint = QStringLiteral("; known here: ") + list.join(QStringLiteral(", "));
        // The name of a field that is far from any known one may be a secret itself.
        if (isNameHidden) return report(path, QStringLiteral("has an unknown field") + hint);
        report(join(path, name), QStringLiteral("unknown field") + hint);
    }

    void checkList(const SchemaNode& node, const QCborArray& list, const QString& path) {
        if (node.minItems && list.size() < *node.minItems)
            report(path, QStringLiteral("must have at least %1, has %2")
                             .arg(countText(*node.minItems, "item"), QString::number(list.size())));
        // The contents are not checked: a list that is too long may have very many items.
        if (node.maxItems && list.size() > *node.maxItems)
            return report(path, QStringLiteral("must have at most %1, has %2")
                                    .arg(countText(*node.maxItems, "item"), QString::number(list.size())));
        checkDuplicates(node, list, path);
        if (!node.items) return;
        for (qsizetype i = 0; i < list.size(); ++i) check(*node.items, list.at(i), join(path, i));
    }

    static QString jsonText(const QCborValue& value) {
        return QString::fromUtf8(QJsonDocument(QJsonArray{value.toJsonValue()}).toJson(QJsonDocument::Compact));
    }

    /// The identity of an item of a list with unique items: equal for equal items, empty when it has none.
    static QString identity(const SchemaNode& node, const QCborValue& item) {
        if (node.listType == ListType::Set) return jsonText(item);
        QCborArray values;
        for (const QString& key : node.listKeys) {
            values.append(item.toMap().value(key));
            if (values.last().isUndefined()) return {};
        }
        return jsonText(values);
    }

    /// `name "a"`: the fields that identify `item`.
    static QString keyText(const SchemaNode& node, const QCborValue& item) {
        QStringList keys;
        const bool isHidden = node.items && node.items->hasSecretFields;
        for (const QString& key : node.listKeys) keys << (isHidden ? key : key + u' ' + shown(item.toMap().value(key)));
        return keys.join(QStringLiteral(" and "));
    }

    void checkDuplicates(const SchemaNode& node, const QCborArray& list, const QString& path) {
        if (node.listType == ListType::Atomic) return;
        std::map<QString, qsizetype> seen;
        for (qsizetype i = 0; i < list.size(); ++i) {
            const QString item = identity(node, list.at(i));
            if (item.isEmpty()) continue;
            const auto [first, isNew] = seen.emplace(item, i);
            if (isNew) continue;
            const QString what = node.listType == ListType::Map
                                     ? QStringLiteral("%1 is already used by %2")
                                           .arg(keyText(node, list.at(i)), join(path, first->second))
                                     : QStringLiteral("is the same as %1").arg(join(path, first->second));
            report(join(path, i), what);
        }
    }

    void checkText(const SchemaNode& node, const QString& text, const QString& path) {
        const qint64 length = text.toUcs4().size();
        if (node.minLength && length < *node.minLength)
            return report(path, *node.minLength == 1
                                    ? QStringLiteral("must not be empty")
                                    : QStringLiteral("must be at least %1 long, is %2")
                                          .arg(countText(*node.minLength, "character"), QString::number(length)));
        if (node.maxLength && length > *node.maxLength)
            return report(path, QStringLiteral("must be at most %1 long, is %2")
                                    .arg(countText(*node.maxLength, "character"), QString::number(length)));
        if (node.pattern.pattern().isEmpty() || node.pattern.match(text).hasMatch()) return;
        const QString expected =
            node.title.isEmpty() ? QStringLiteral("must match %1")
                                       .arg(node.pattern.pattern().replace(QLatin1String("\\z"), QLatin1String("$")))
                                 : QStringLiteral("must be ") + node.title;
        report(path, isHidden(node) ? expected : expected + QStringLiteral(", is ") + quotedText(text));
    }

    void checkNumber(const SchemaNode& node, const QCborValue& value, const QString& path) {
        const double number = value.toDouble();
        const auto say = [&](const char* relation, double limit) {
            const QString expected = QStringLiteral("must be %1 %2").arg(QLatin1String(relation), numberText(limit));
            report(path, isHidden(node) ? expected : expected + QStringLiteral(", is ") + shown(value));
        };
        if (node.minimum && node.exclusiveMinimum && number <= *node.minimum) say("more than", *node.minimum);
        if (node.minimum && !node.exclusiveMinimum && number < *node.minimum) say("at least", *node.minimum);
        if (node.maximum && node.exclusiveMaximum && number >= *node.maximum) say("less than", *node.maximum);
        if (node.maximum && !node.exclusiveMaximum && number > *node.maximum) say("at most", *node.maximum);
        if (node.multipleOf && std::fabs(std::remainder(number, *node.multipleOf)) > 1e-9)
            say("a multiple of", *node.multipleOf);
    }

    Errors m_errors;
    bool m_isBesideSecrets = false;  ///< below a map that has secret fields
};

}  // namespace

Errors findings(const SchemaNode& node, const QCborValue& value, const QString& path) {
    Walk walk;
    walk.check(node, value, path);
    return walk.take();
}

}  // namespace fos1::schema

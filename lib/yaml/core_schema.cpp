// SPDX-License-Identifier: GPL-2.0-or-later
// Regular expressions and names are those of YAML 1.2.2, section 10.3.2.
#include "core_schema.h"

#include <QRegularExpression>
#include <QStringList>
#include <limits>

namespace fos1::yaml {
namespace {

bool matches(const QRegularExpression& expression, const QString& text) { return expression.match(text).hasMatch(); }

bool isInteger(const QString& text) {
    static const QRegularExpression expression(QStringLiteral("\\A(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\\z"));
    return matches(expression, text);
}

bool isFloat(const QString& text) {
    static const QRegularExpression expression(
        QStringLiteral("\\A[-+]?(?:\\.[0-9]+|[0-9]+(?:\\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\\z"));
    return matches(expression, text);
}

std::optional<double> specialFloat(const QString& text) {
    static const QRegularExpression infinity(QStringLiteral("\\A[-+]?\\.(?:inf|Inf|INF)\\z"));
    static const QRegularExpression notANumber(QStringLiteral("\\A\\.(?:nan|NaN|NAN)\\z"));
    if (matches(notANumber, text)) return std::numeric_limits<double>::quiet_NaN();
    if (!matches(infinity, text)) return std::nullopt;
    const double value = std::numeric_limits<double>::infinity();
    return text.startsWith(u'-') ? -value : value;
}

std::optional<QCborValue> toInteger(const QString& text) {
    int base = 10;
    QString digits = text;
    if (text.startsWith(QLatin1String("0o"))) base = 8;
    if (text.startsWith(QLatin1String("0x"))) base = 16;
    if (base != 10) digits.remove(0, 2);
    bool fits = false;
    const qint64 value = digits.toLongLong(&fits, base);
    if (!fits) return std::nullopt;
    return QCborValue(value);
}

bool isNull(const QString& text) {
    return text.isEmpty() || text == u"~" || text == u"null" || text == u"Null" || text == u"NULL";
}

bool isTrue(const QString& text) { return text == u"true" || text == u"True" || text == u"TRUE"; }
bool isFalse(const QString& text) { return text == u"false" || text == u"False" || text == u"FALSE"; }

}  // namespace

std::optional<QCborValue> resolvePlain(const QString& text) {
    if (isNull(text)) return QCborValue(nullptr);
    if (isTrue(text)) return QCborValue(true);
    if (isFalse(text)) return QCborValue(false);
    if (isInteger(text)) return toInteger(text);
    if (isFloat(text)) return QCborValue(text.toDouble());
    if (const auto special = specialFloat(text)) return QCborValue(*special);
    return QCborValue(text);
}

std::optional<QCborValue> resolveTagged(const QString& text, const QString& tag) {
    if (tag == u"!" || tag == u"tag:yaml.org,2002:str") return QCborValue(text);
    const auto plain = resolvePlain(text);
    if (!plain) return std::nullopt;
    if (tag == u"tag:yaml.org,2002:null" && plain->isNull()) return plain;
    if (tag == u"tag:yaml.org,2002:bool" && plain->isBool()) return plain;
    if (tag == u"tag:yaml.org,2002:int" && plain->isInteger()) return plain;
    if (tag == u"tag:yaml.org,2002:float" && (plain->isDouble() || plain->isInteger()))
        return QCborValue(plain->toDouble());
    return std::nullopt;
}

bool isPlainText(const QString& text) {
    static const QRegularExpression safe(
        QStringLiteral("\\A[A-Za-z0-9_./](?:[A-Za-z0-9_./@+-]|:(?=[^ ])|[ ](?=[^ #]))*\\z"));
    // A YAML 1.1 parser reads 1_000, 12:30, 2001-01-01 and 1e3 as numbers or dates.
    static const QRegularExpression numberLike(QStringLiteral("\\A[.0-9][0-9a-fA-FoxTZ:._+-]*\\z"));
    static const QStringList yaml11Booleans{QStringLiteral("y"),  QStringLiteral("n"),  QStringLiteral("yes"),
                                            QStringLiteral("no"), QStringLiteral("on"), QStringLiteral("off")};
    if (!matches(safe, text) || text.endsWith(u':') || matches(numberLike, text)) return false;
    if (yaml11Booleans.contains(text, Qt::CaseInsensitive)) return false;
    const auto value = resolvePlain(text);
    return value && value->isString();
}

}  // namespace fos1::yaml

// SPDX-License-Identifier: GPL-2.0-or-later
// Writing: block style, two spaces per level; text is quoted unless every parser reads it as text.
#include <QCborArray>
#include <QJsonValue>
#include <QRegularExpression>
#include <cmath>

#include "core_schema.h"
#include "yaml_document.h"

namespace fos1::yaml {
namespace {

QString quoted(const QString& text) {
    QString out(u'"');
    for (const QChar c : text) {
        const char16_t code = c.unicode();
        if (c == u'"' || c == u'\\')
            out += QChar(u'\\') + QString(c);
        else if (c == u'\n')
            out += QStringLiteral("\\n");
        else if (c == u'\t')
            out += QStringLiteral("\\t");
        else if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff)
            out += QStringLiteral("\\u%1").arg(code, 4, 16, QLatin1Char('0'));
        else
            out += c;
    }
    return out + u'"';
}

QString scalarText(const QString& text) { return isPlainText(text) ? text : quoted(text); }

QString numberText(double value) {
    if (std::isnan(value)) return QStringLiteral(".nan");
    if (std::isinf(value)) return value > 0 ? QStringLiteral(".inf") : QStringLiteral("-.inf");
    const QString text = QString::number(value, 'g', QLocale::FloatingPointShortest);
    return text.contains(u'.') || text.contains(u'e') ? text : text + QStringLiteral(".0");
}

/// Whether the text has several lines of ordinary text, which are most readable as a literal block (`|`).
bool isLiteralBlock(const QString& text) {
    static const QRegularExpression lines(
        QStringLiteral("\\A[^\\s\\p{C}][^\\n\\p{C}]*(?:\\n+[ ]*[^\\s\\p{C}][^\\n\\p{C}]*)*\\n?\\z"));
    return text.contains(u'\n') && lines.match(text).hasMatch();
}

class Emitter {
   public:
    QByteArray take() { return m_out.toUtf8(); }

    void map(const QCborMap& map, int depth, const QStringList& order = {}) {
        bool isFirst = true;
        const auto entry = [&](const QString& key, const QCborValue& value) {
            if (!isFirst || !m_isAfterDash) indent(depth);
            isFirst = false;
            m_isAfterDash = false;
            m_out += scalarText(key) + u':';
            child(value, depth);
        };
        for (const QString& key : order)
            if (map.contains(key)) entry(key, map.value(key));
        for (const auto& [key, value] : map)
            if (!order.contains(key.toString())) entry(key.toString(), value);
    }

   private:
    void indent(int depth) { m_out += QString(depth * 2, u' '); }

    /// Writes a value after "key:".
    void child(const QCborValue& value, int depth) {
        if (value.isMap() && !value.toMap().isEmpty()) {
            m_out += u'\n';
            map(value.toMap(), depth + 1);
        } else if (value.isArray() && !value.toArray().isEmpty()) {
            m_out += u'\n';
            list(value.toArray(), depth + 1);
        } else {
            m_out += u' ';
            scalar(value, depth + 1);
        }
    }

    void list(const QCborArray& list, int depth) {
        for (const QCborValue& item : list) {
            if (!m_isAfterDash) indent(depth);
            m_out += QStringLiteral("- ");
            m_isAfterDash = true;
            if (item.isMap() && !item.toMap().isEmpty())
                map(item.toMap(), depth + 1);
            else if (item.isArray() && !item.toArray().isEmpty())
                this->list(item.toArray(), depth + 1);
            else
                scalar(item, depth + 1);
            m_isAfterDash = false;
        }
    }

    void scalar(const QCborValue& value, int depth) {
        m_isAfterDash = false;
        if (value.isMap())
            m_out += QStringLiteral("{}");
        else if (value.isArray())
            m_out += QStringLiteral("[]");
        else if (value.isNull() || value.isUndefined())
            m_out += QStringLiteral("null");
        else if (value.isBool())
            m_out += value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
        else if (value.isInteger())
            m_out += QString::number(value.toInteger());
        else if (value.isDouble())
            m_out += numberText(value.toDouble());
        else
            return text(value.isString() ? value.toString() : value.toJsonValue().toString(), depth);
        m_out += u'\n';
    }

    void text(const QString& text, int depth) {
        if (!isLiteralBlock(text)) {
            m_out += scalarText(text) + u'\n';
            return;
        }
        m_out += text.endsWith(u'\n') ? QStringLiteral("|\n") : QStringLiteral("|-\n");
        QStringList lines = text.split(u'\n');
        if (text.endsWith(u'\n')) lines.removeLast();
        for (const QString& line : lines) {
            if (!line.isEmpty()) indent(depth);
            m_out += line + u'\n';
        }
    }

    QString m_out;
    bool m_isAfterDash = false;  ///< the next entry continues a line that begins with "- "
};

}  // namespace

QByteArray emit(const QCborMap& document) {
    if (document.isEmpty()) return QByteArrayLiteral("{}\n");
    static const QStringList order{QStringLiteral("apiVersion"), QStringLiteral("kind"), QStringLiteral("metadata"),
                                   QStringLiteral("spec"), QStringLiteral("status")};
    Emitter emitter;
    emitter.map(document, 0, order);
    return emitter.take();
}

}  // namespace fos1::yaml

// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/log_line.h"

#include <array>

namespace fos1::host::log {

namespace {

bool isHarmless(char32_t each) {
    const bool isControl = each < 0x20 || (each >= 0x7f && each < 0xa0);
    const bool isSeparator = each == 0x2028 || each == 0x2029;
    const bool isBidi = each == 0x061c || each == 0x200e || each == 0x200f || (each >= 0x202a && each <= 0x202e) ||
                        (each >= 0x2066 && each <= 0x2069);
    return !isControl && !isSeparator && !isBidi;
}

QString escaped(char32_t each) {
    switch (each) {
        case U'\n': return QStringLiteral("\\n");
        case U'\r': return QStringLiteral("\\r");
        case U'\t': return QStringLiteral("\\t");
        default: return QStringLiteral("\\u{%1}").arg(static_cast<uint>(each), 0, 16).toUpper().replace(u'U', u'u');
    }
}

const char* wordOf(Priority priority) {
    switch (priority) {
        case Priority::Critical: return "critical";
        case Priority::Error: return "error";
        case Priority::Warning: return "warning";
        case Priority::Notice: return "notice";
        case Priority::Info: return "info";
        case Priority::Debug: return "debug";
    }
    return "info";
}

/// The value of the first "key=value" among the words of a line. Empty when there is none.
QString valueOf(const QString& key, const QString& line) {
    for (const QStringView word : QStringView(line).tokenize(u' '))
        if (word.startsWith(key)) return word.mid(key.size()).toString();
    return {};
}

/// Categories of a plugin are named fos1.PLUGIN.PART; those of the host fos1.host.PART.
QString pluginOf(const QString& category, const QString& line) {
    if (QString named = valueOf(QStringLiteral("plugin="), line); !named.isEmpty()) return named;
    const QString owner = category.section(u'.', 1, 1);
    const bool isPlugins = category.startsWith(QLatin1String("fos1.")) && owner != QLatin1String("host") &&
                           owner != QLatin1String("plugin") && owner != QLatin1String("runner");
    return isPlugins ? owner : QString();
}

}  // namespace

QString oneLine(const QString& text) {
    qsizetype length = text.size();
    while (length > 0 && text.at(length - 1).isSpace()) --length;
    QString line;
    line.reserve(std::min(length, kLongestText) + 16);
    for (qsizetype i = 0; i < length; ++i) {
        if (line.size() >= kLongestText) return line + QStringLiteral(" … (%1 more characters)").arg(length - i);
        // Every character that needs escaping is in the Basic Multilingual Plane.
        const QChar each = text.at(i);
        if (isHarmless(each.unicode()))
            line += each;
        else
            line += escaped(each.unicode());
    }
    return line;
}

QByteArray line(Form form, Priority priority, const QString& category, const QString& text, const QDateTime& now) {
    QString line;
    if (form == Form::Journal)
        line = u'<' + QString::number(static_cast<int>(priority)) + u'>';
    else
        line = now.toOffsetFromUtc(now.offsetFromUtc()).toString(Qt::ISODateWithMs) + u' ' +
               QLatin1String(wordOf(priority)) + u' ';
    return (line + category + QStringLiteral(": ") + oneLine(text)).toUtf8() + '\n';
}

QList<QByteArray> fieldsOf(Priority priority, const QString& category, const QString& text) {
    const QString shown = oneLine(text);
    QList<QByteArray> fields{"MESSAGE=" + (category + QStringLiteral(": ") + shown).toUtf8(),
                             "PRIORITY=" + QByteArray::number(static_cast<int>(priority)),
                             "FOS1_CATEGORY=" + category.toUtf8()};
    if (const QString plugin = pluginOf(category, shown); !plugin.isEmpty())
        fields.append("FOS1_PLUGIN=" + plugin.toUtf8());
    if (const QString object = valueOf(QStringLiteral("object="), shown); !object.isEmpty())
        fields.append("FOS1_OBJECT=" + object.toUtf8());
    return fields;
}

Prioritized prioritized(const QByteArray& text, Priority fallback) {
    const bool isMarked =
        text.size() >= 3 && text.at(0) == '<' && text.at(1) >= '0' && text.at(1) <= '7' && text.at(2) == '>';
    if (!isMarked) return {fallback, text};
    // A plugin is not more important than critical: "emergency" goes to every terminal.
    return {static_cast<Priority>(std::max(text.at(1) - '0', static_cast<int>(Priority::Critical))), text.mid(3)};
}

}  // namespace fos1::host::log

// SPDX-License-Identifier: GPL-2.0-or-later
// One line of a log: for the journal with a priority, for anything else with a time. Whatever a text contains, it stays
// one line, and a terminal does nothing with it but show it. Pure.
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QList>
#include <QString>

namespace fos1::host::log {

/// As in syslog(3).
enum class Priority { Critical = 2, Error = 3, Warning = 4, Notice = 5, Info = 6, Debug = 7 };

enum class Form {
    Unknown = 0,
    Journal,  ///< "<4>fos1.host: text" (sd-daemon(3)); the journal adds the time
    Plain,    ///< "2026-11-29T12:00:00.000+01:00 warning fos1.host: text"
};

/// The bytes of a longer line are replaced by their number.
constexpr qsizetype kLongestText = 8 * 1024;

/// Control characters (ISO/IEC 6429), line and paragraph separators, and characters that reorder text (Unicode, Bidi)
/// as "\n" or "\u{202E}"; without blanks at the end; at most kLongestText characters.
[[nodiscard]] QString oneLine(const QString& text);

/// With its newline.
[[nodiscard]] QByteArray line(Form form, Priority priority, const QString& category, const QString& text,
                              const QDateTime& now);

/// The same line as fields of the journal ("NAME=value"): MESSAGE and PRIORITY, the category, and, where they can be
/// told, the plugin and the object that the line is about. A plugin is named by "plugin=ID" in the text or else by its
/// category, an object by "object=KIND/NAME" in the text.
[[nodiscard]] QList<QByteArray> fieldsOf(Priority priority, const QString& category, const QString& text);

/// The priority at the start of a line in the journal's form, and the rest; `fallback` when there is none.
struct Prioritized {
    Priority priority;
    QByteArray text;
};
[[nodiscard]] Prioritized prioritized(const QByteArray& text, Priority fallback);

}  // namespace fos1::host::log

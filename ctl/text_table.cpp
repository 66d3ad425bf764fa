// SPDX-License-Identifier: GPL-2.0-or-later
#include "text_table.h"

namespace fos1::ctl {

QString harmless(QString text, Trim trim) {
    for (QChar& c : text)
        if (c.category() == QChar::Other_Control) c = u' ';
    if (trim == Trim::Both) return text.trimmed();
    while (text.endsWith(u' ')) text.chop(1);
    return text;
}

QString TextTable::text() const {
    std::vector<qsizetype> widths(static_cast<std::size_t>(m_rows.front().size()));
    for (const QStringList& row : m_rows)
        for (std::size_t i = 0; i < widths.size(); ++i)
            widths[i] = std::max(widths[i], harmless(row.value(static_cast<qsizetype>(i))).size());

    QString all;
    for (const QStringList& row : m_rows) {
        QString line;
        for (std::size_t i = 0; i < widths.size(); ++i)
            line += harmless(row.value(static_cast<qsizetype>(i))).leftJustified(widths[i] + 3);
        while (line.endsWith(u' ')) line.chop(1);
        all += line + u'\n';
    }
    return all;
}

}  // namespace fos1::ctl

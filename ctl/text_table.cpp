// SPDX-License-Identifier: GPL-2.0-or-later
#include "text_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fos1::ctl {
namespace {

constexpr qsizetype kGap = 3;

/// The pieces between which a line may be broken: after a space or a comma.
QStringList wordsOf(const QString& line) {
    QStringList words;
    qsizetype start = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        if (line[i] != u' ' && line[i] != u',') continue;
        words << line.mid(start, i + 1 - start);
        start = i + 1;
    }
    words << line.mid(start);
    return words;
}

QStringList folded(const QStringList& lines, qsizetype width) {
    QStringList all;
    for (const QString& line : lines) {
        QString begun;
        for (const QString& word : wordsOf(line)) {
            if (!begun.isEmpty() && (begun + word).trimmed().size() > width) all << std::exchange(begun, {}).trimmed();
            begun += word;
        }
        all << begun.trimmed();
    }
    return all;
}

/// Takes from the widest columns that can be folded, until all fit into `width` or none can give more.
void narrow(std::vector<qsizetype>& widths, const std::vector<qsizetype>& least, qsizetype width) {
    const auto gaps = static_cast<qsizetype>(widths.size() - 1) * kGap;
    for (;;) {
        const qsizetype excess = std::accumulate(widths.begin(), widths.end(), gaps) - width;
        if (excess <= 0) return;
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
        if (widest == widths.size()) return;
        widths[widest] = std::max(least[widest], widths[widest] - excess);
    }
}

}  // namespace

QString harmless(QString text, Trim trim) {
    for (QChar& c : text)
        if (c.category() == QChar::Other_Control) c = u' ';
    if (trim == Trim::Both) return text.trimmed();
    while (text.endsWith(u' ')) text.chop(1);
    return text;
}

std::vector<QStringList> TextTable::lines(qsizetype width) const {
    const auto columns = static_cast<std::size_t>(m_rows.front().size());
    std::vector<std::vector<QStringList>> cells;  // of each row and column, the lines
    std::vector<qsizetype> widths(columns);
    std::vector<qsizetype> least(columns);
    for (const QStringList& row : m_rows) {
        std::vector<QStringList>& added = cells.emplace_back();
        for (std::size_t i = 0; i < columns; ++i) {
            QStringList& cell = added.emplace_back();
            // A line that begins in the first column could pass for a row.
            const QString text = row.value(static_cast<qsizetype>(i));
            for (const QString& line : i == 0 ? QStringList{text} : text.split(u'\n', Qt::SkipEmptyParts))
                cell << harmless(line);
            for (const QString& line : cell) {
                widths[i] = std::max(widths[i], line.size());
                for (const QString& word : wordsOf(line)) least[i] = std::max(least[i], word.trimmed().size());
            }
        }
    }
    if (width > 0) narrow(widths, least, width);

    std::vector<QStringList> all;
    for (std::vector<QStringList>& row : cells) {
        qsizetype height = 1;
        for (std::size_t i = 0; i < columns; ++i) {
            row[i] = folded(row[i], widths[i]);
            height = std::max(height, row[i].size());
        }
        QStringList& lines = all.emplace_back();
        for (qsizetype n = 0; n < height; ++n) {
            QString line;
            for (std::size_t i = 0; i < columns; ++i) line += row[i].value(n).leftJustified(widths[i] + kGap);
            while (line.endsWith(u' ')) line.chop(1);
            lines << line;
        }
    }
    return all;
}

QString TextTable::text(qsizetype width) const {
    QString all;
    for (const QStringList& row : lines(width)) all += row.join(u'\n') + u'\n';
    return all;
}

}  // namespace fos1::ctl

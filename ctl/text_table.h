// SPDX-License-Identifier: GPL-2.0-or-later
// Columns of text, aligned. Must not know what they mean.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace fos1::ctl {

enum class Trim { Both, End };

/// Text from a daemon or a network, on one line: it cannot move the cursor or break the row.
QString harmless(QString text, Trim trim = Trim::Both);

class TextTable {
   public:
    explicit TextTable(QStringList header) : m_rows{std::move(header)} {}

    /// `row` has as many cells as the header. A newline in a cell continues it on the next line, in its column; other
    /// control characters are shown as spaces.
    void add(QStringList row) { m_rows.push_back(std::move(row)); }
    [[nodiscard]] bool isEmpty() const { return m_rows.size() == 1; }

    /// The lines of each row, the header first: three spaces between columns, no trailing spaces. With a `width`, cells
    /// continue on further lines where that makes the table fit; a word is never broken and nothing is omitted.
    [[nodiscard]] std::vector<QStringList> lines(qsizetype width = 0) const;
    [[nodiscard]] QString text(qsizetype width = 0) const;

   private:
    std::vector<QStringList> m_rows;
};

}  // namespace fos1::ctl

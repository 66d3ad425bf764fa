// SPDX-License-Identifier: GPL-2.0-or-later
// Columns of text, aligned. Knows no meaning.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace fos1::ctl {

enum class Trim { Both, End };

/// What comes from a daemon or a network, on one line: it must not move the cursor or break the row.
QString harmless(QString text, Trim trim = Trim::Both);

class TextTable {
   public:
    explicit TextTable(QStringList header) : m_rows{std::move(header)} {}

    /// As many cells as the header; control characters in them are shown as spaces.
    void add(QStringList row) { m_rows.push_back(std::move(row)); }
    [[nodiscard]] bool isEmpty() const { return m_rows.size() == 1; }

    /// One line a row, three spaces between columns, none at an end of line.
    [[nodiscard]] QString text() const;

   private:
    std::vector<QStringList> m_rows;
};

}  // namespace fos1::ctl

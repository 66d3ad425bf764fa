// SPDX-License-Identifier: GPL-2.0-or-later
// Splits a stream that arrives in pieces into lines. The boundaries of the pieces are irrelevant. Memory is bounded.
#pragma once

#include <QByteArray>
#include <optional>

namespace fos1::kube {

class LineSplitter {
   public:
    /// `longest`: maximum length of a line without its end, in bytes.
    explicit LineSplitter(qsizetype longest) : m_longest(longest) {}

    void add(const QByteArray& bytes) { m_buffer += bytes; }

    /// The next complete line, without its end; empty lines are skipped. Nothing while no line is complete, or after a
    /// line that is too long.
    std::optional<QByteArray> next();

    /// The added bytes that next() has not returned.
    [[nodiscard]] QByteArray rest() const { return m_buffer.mid(m_begin); }

    /// Whether the next line exceeds the limit. The part that has arrived so far is enough to decide this.
    [[nodiscard]] bool isOverlong() const { return m_isOverlong; }

   private:
    qsizetype m_longest;
    QByteArray m_buffer;
    qsizetype m_begin = 0;     ///< of the next line
    qsizetype m_searched = 0;  ///< there is no line end between m_begin and here
    bool m_isOverlong = false;
};

}  // namespace fos1::kube

// SPDX-License-Identifier: GPL-2.0-or-later
// Lines out of a stream that comes in pieces. Where it is cut changes nothing, and what is kept is bounded.
#pragma once

#include <QByteArray>
#include <optional>

namespace fos1::kube {

class LineSplitter {
   public:
    /// `longest`: of a line without its end, in bytes.
    explicit LineSplitter(qsizetype longest) : m_longest(longest) {}

    void add(const QByteArray& bytes) { m_buffer += bytes; }

    /// The next complete line, without its end; empty ones are left out. Nothing while there is none, and after one
    /// that is too long.
    std::optional<QByteArray> next();

    /// What has been added and not been handed out.
    [[nodiscard]] QByteArray rest() const { return m_buffer.mid(m_begin); }

    /// Whether the next line is longer than it may be; what has come so far of it is enough to tell.
    [[nodiscard]] bool isOverlong() const { return m_isOverlong; }

   private:
    qsizetype m_longest;
    QByteArray m_buffer;
    qsizetype m_begin = 0;     ///< of the next line
    qsizetype m_searched = 0;  ///< so far there is no line end behind m_begin
    bool m_isOverlong = false;
};

}  // namespace fos1::kube

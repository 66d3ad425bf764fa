// SPDX-License-Identifier: GPL-2.0-or-later
// Splits what chronyd writes to stderr into lines, without their time stamps, and remembers the last fatal one.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace fos1::ntp {

/// Whether a line is about something that chronyd cannot do, or found wrong with this machine. What it says about
/// single sources is left out: their state tells that better.
[[nodiscard]] bool isComplaint(const QString& line);

class ChronydLog {
   public:
    /// The complete lines so far. A line is cut at kLongestLine bytes, so that memory stays bounded.
    QStringList feed(const QByteArray& bytes);

    /// What is left without a line end.
    QStringList end();

    /// The last "Fatal error : …" in chronyd's words, else the last line; empty when there was none.
    [[nodiscard]] QString lastError() const { return m_fatal.isEmpty() ? m_last : m_fatal; }

    static constexpr qsizetype kLongestLine = 1024;

   private:
    QString take(const QByteArray& line);

    QByteArray m_partial;
    bool m_overlong = false;
    QString m_fatal;
    QString m_last;
};

}  // namespace fos1::ntp

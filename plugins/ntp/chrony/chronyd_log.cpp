// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chronyd_log.h"

namespace fos1::ntp {

namespace {

const QString kFatal = QStringLiteral("Fatal error : ");

/// "2026-11-23T11:00:12Z Selected source …" without the time.
QString withoutTime(const QString& line) {
    const qsizetype space = line.indexOf(u' ');
    const bool isTime = space == 20 && line.at(10) == u'T' && line.at(19) == u'Z';
    return isTime ? line.mid(space + 1) : line;
}

}  // namespace

QStringList ChronydLog::feed(const QByteArray& bytes) {
    QStringList lines;
    for (const char c : bytes) {
        if (c == '\n') {
            if (!m_overlong && !m_partial.isEmpty()) lines.append(take(m_partial));
            m_partial.clear();
            m_overlong = false;
        } else if (!m_overlong) {
            m_partial.append(c);
            if (m_partial.size() == kLongestLine) {
                lines.append(take(m_partial));
                m_overlong = true;  // the rest of the line is dropped
            }
        }
    }
    return lines;
}

QStringList ChronydLog::end() { return feed(QByteArrayLiteral("\n")); }

QString ChronydLog::take(const QByteArray& line) {
    const QString text = withoutTime(QString::fromUtf8(line).trimmed());
    m_last = text;
    if (text.startsWith(kFatal)) m_fatal = text.mid(kFatal.size());
    return text;
}

}  // namespace fos1::ntp

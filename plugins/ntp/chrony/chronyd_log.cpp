// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/chronyd_log.h"

#include <algorithm>

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

/// From the messages of chrony 4.0 to 4.8 at the levels LOGS_WARN and LOGS_ERR; a line does not carry its level.
bool isComplaint(const QString& line) {
    static const QStringList kBeginnings{QStringLiteral("Could not "),       QStringLiteral("Failed to "),
                                         QStringLiteral("Failing to "),      QStringLiteral("Wrong "),
                                         QStringLiteral("Unexpected mode"),  QStringLiteral("Disabled command socket"),
                                         QStringLiteral("CAP_SYS_TIME not"), QStringLiteral("Adjustment of "),
                                         QStringLiteral("Missing read"),     QStringLiteral("Server socket path")};
    static const QStringList kParts{QStringLiteral("time jump detected!"),     QStringLiteral("ends at "),
                                    QStringLiteral("interference detected"),   QStringLiteral("failed : "),
                                    QStringLiteral("exceeds allowed maximum"), QStringLiteral("needs update"),
                                    QStringLiteral("check, ignoring")};
    static const QStringList kAboutSources{QStringLiteral("Could not connect to "),
                                           QStringLiteral("Could not resolve "),
                                           QStringLiteral("Could not add source "), QStringLiteral("Could not change "),
                                           QStringLiteral("Could not load dump")};
    const auto begins = [&line](const QString& words) { return line.startsWith(words); };
    const auto contains = [&line](const QString& words) { return line.contains(words); };
    if (line.startsWith(QStringLiteral("TLS "))) return false;
    if (std::any_of(kParts.begin(), kParts.end(), contains)) return true;
    return std::any_of(kBeginnings.begin(), kBeginnings.end(), begins) &&
           std::none_of(kAboutSources.begin(), kAboutSources.end(), begins);
}

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

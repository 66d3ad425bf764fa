// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyc says about a chronyd, to compare with.
#pragma once

#include <QElapsedTimer>
#include <QProcess>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/observation.h"

namespace fos1::ntp::test {

/// One report of chronyc, in fields.
inline QList<QStringList> chronyc(const QString& socket, const QStringList& report) {
    QProcess process;
    process.start(QStringLiteral("/usr/bin/chronyc"),
                  QStringList{QStringLiteral("-n"), QStringLiteral("-c"), QStringLiteral("-h"), socket} + report);
    if (!process.waitForFinished()) return {};
    QList<QStringList> rows;
    for (const QString& line : QString::fromUtf8(process.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts))
        rows.append(line.split(u','));
    return rows;
}

inline QList<QStringList> chronyc(const QString& socket, const QString& report) {
    return chronyc(socket, QStringList{report});
}

/// Makes a chronyd ask these sources every 2^`poll` seconds.
inline void setPoll(const QString& socket, const QStringList& addresses, int poll) {
    for (const QString& address : addresses)
        for (const char* limit : {"maxpoll", "minpoll"})
            chronyc(socket, {QLatin1String(limit), address, QString::number(poll)});
}

/// Whether a chronyd has asked its first `sources` nothing new for a second, by what was observed.
class StandingStill {
   public:
    [[nodiscard]] bool since(const Observation& now, std::size_t sources) {
        if (!now.sources || now.sources->size() < sources) return false;
        quint64 sent = 0;
        for (std::size_t i = 0; i < sources; ++i) {
            if (!now.sources->at(i).ntp) return false;
            sent += now.sources->at(i).ntp->sent;
        }
        if (std::exchange(m_sent, sent) != sent || !m_quiet.isValid()) m_quiet.start();
        return m_quiet.hasExpired(1000);
    }

   private:
    quint64 m_sent = 0;
    QElapsedTimer m_quiet;
};

/// As chronyc prints seconds.
inline QString seconds(std::chrono::nanoseconds value) {
    return QString::number(static_cast<double>(value.count()) / 1e9, 'f', 9);
}

/// chronyc prints ppm with three decimals.
inline qint64 ppb(const QString& text) { return std::llround(text.toDouble() * 1e3); }

inline bool isNear(const QString& text, std::chrono::nanoseconds value, std::chrono::nanoseconds tolerance) {
    const std::chrono::nanoseconds printed(std::llround(text.toDouble() * 1e9));
    return std::chrono::abs(printed - value) <= tolerance;
}

}  // namespace fos1::ntp::test

// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyc says about a chronyd, to compare with.
#pragma once

#include <QProcess>
#include <chrono>
#include <cmath>

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

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/plain_text.h"

#include <QDateTime>

namespace fos1::ntp {

QString plainDuration(std::chrono::nanoseconds duration) {
    const auto value = static_cast<double>(duration.count());
    const double size = std::abs(value);
    const auto text = [value](double unit, const QString& name) {
        const double scaled = value / unit;
        const QString digits =
            std::abs(scaled) >= 100 ? QString::number(scaled, 'f', 0) : QString::number(scaled, 'g', 3);
        return digits + u' ' + name;
    };
    if (size < 1e3) return text(1, QStringLiteral("ns"));
    if (size < 1e6) return text(1e3, QStringLiteral("µs"));
    if (size < 1e9) return text(1e6, QStringLiteral("ms"));
    return text(1e9, QStringLiteral("s"));
}

QString utcText(qint64 unixMs) {
    return QDateTime::fromMSecsSinceEpoch(unixMs, Qt::UTC).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) +
           QStringLiteral(" UTC");
}

QString isoTime(qint64 unixMs) { return QDateTime::fromMSecsSinceEpoch(unixMs, Qt::UTC).toString(Qt::ISODate); }

double milliseconds(std::chrono::nanoseconds duration) { return static_cast<double>(duration.count()) / 1e6; }

QString someOf(const QStringList& all, const QString& separator) {
    constexpr qsizetype kMostNamed = 10;
    if (all.size() <= kMostNamed) return all.join(separator);
    return all.mid(0, kMostNamed).join(separator) + separator +
           QStringLiteral("… and %1 more").arg(all.size() - kMostNamed);
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Ages follow k8s.io/apimachinery/pkg/util/duration, HumanDuration().
#include "human_text.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>
#include <array>
#include <cmath>

namespace fos1::ctl {
namespace {

constexpr qint64 kMinute = 60;
constexpr qint64 kHour = 60 * kMinute;
constexpr qint64 kDay = 24 * kHour;
constexpr qint64 kYear = 365 * kDay;

/// "5m30s": `seconds` in one unit and the remainder in the next smaller one, which is omitted when zero.
QString twoUnits(qint64 seconds, qint64 unit, const char* name, qint64 smaller, const char* smallerName) {
    QString text = QString::number(seconds / unit) + QLatin1String(name);
    if (const qint64 rest = seconds % unit / smaller; rest > 0)
        text += QString::number(rest) + QLatin1String(smallerName);
    return text;
}

}  // namespace

QString ageText(qint64 seconds) {
    if (seconds < 0) return QStringLiteral("0s");
    if (seconds < 2 * kMinute) return QString::number(seconds) + u's';
    if (seconds < 10 * kMinute) return twoUnits(seconds, kMinute, "m", 1, "s");
    if (seconds < 3 * kHour) return QString::number(seconds / kMinute) + u'm';
    if (seconds < 8 * kHour) return twoUnits(seconds, kHour, "h", kMinute, "m");
    if (seconds < 2 * kDay) return QString::number(seconds / kHour) + u'h';
    if (seconds < 8 * kDay) return twoUnits(seconds, kDay, "d", kHour, "h");
    if (seconds < 2 * kYear) return QString::number(seconds / kDay) + u'd';
    return twoUnits(seconds, kYear, "y", kDay, "d");
}

QString ageSince(const QString& time, const QDateTime& now) {
    const QDateTime then = QDateTime::fromString(time, Qt::ISODate);
    return then.isValid() ? ageText(then.secsTo(now)) : QStringLiteral("-");
}

QString durationText(double nanoseconds) {
    struct Unit {
        double nanoseconds;
        QString name;
    };
    static const std::array<Unit, 4> units{{{1e9, QStringLiteral("s")},
                                            {1e6, QStringLiteral("ms")},
                                            {1e3, QStringLiteral("\u00b5s")},
                                            {1, QStringLiteral("ns")}}};
    const double size = std::fabs(nanoseconds);
    for (const Unit& unit : units) {
        // 999.6 of the smaller unit would appear as 1e+03.
        if (size < unit.nanoseconds * 0.9995 && unit.nanoseconds > 1) continue;
        const double value = size / unit.nanoseconds;
        if (value >= 1000) return QString::number(std::round(value), 'f', 0) + u' ' + unit.name;
        return QString::number(value, 'g', 3) + u' ' + unit.name;
    }
    return QStringLiteral("0 ns");
}

QString signedDurationText(double nanoseconds) {
    const QString sign = nanoseconds < 0 ? QStringLiteral("-") : QStringLiteral("+");
    return sign + durationText(nanoseconds);
}

QString cellText(const QJsonValue& value) {
    switch (value.type()) {
        case QJsonValue::Bool: return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
        case QJsonValue::Double: {
            const double number = value.toDouble();
            const bool isWhole = std::trunc(number) == number && std::fabs(number) < 1e15;
            return isWhole ? QString::number(static_cast<qint64>(number)) : QString::number(number, 'g', 6);
        }
        case QJsonValue::String: return value.toString().isEmpty() ? QStringLiteral("-") : value.toString();
        case QJsonValue::Array: {
            QStringList items;
            for (const QJsonValue item : value.toArray()) items << cellText(item);
            return items.isEmpty() ? QStringLiteral("-") : items.join(u',');
        }
        case QJsonValue::Object:
            return QString::fromUtf8(QJsonDocument(value.toObject()).toJson(QJsonDocument::Compact));
        case QJsonValue::Null:
        case QJsonValue::Undefined: break;
    }
    return QStringLiteral("-");
}

}  // namespace fos1::ctl

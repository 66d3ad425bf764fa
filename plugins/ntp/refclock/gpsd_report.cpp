// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/gpsd_report.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cmath>

#include "refclock/arrival.h"

namespace fos1::ntp {

namespace {

constexpr double kMostSatellites = 1000;

std::optional<int> smallNumber(const QJsonValue& value, double factor = 1) {
    const double number = value.toDouble(-1) * factor;
    if (!value.isDouble() || number < 0 || number > kMostSatellites * factor) return {};
    return static_cast<int>(std::lround(number));
}

std::optional<qint64> timeOf(const QJsonObject& map, const char* seconds, const char* nanoseconds) {
    const QJsonValue whole = map.value(QLatin1String(seconds));
    const QJsonValue rest = map.value(QLatin1String(nanoseconds));
    const qint64 s = whole.toInteger(-1);
    const qint64 ns = rest.toInteger(-1);
    // In nanoseconds, 64 bits end in the year 2262.
    constexpr qint64 kMost = 9'000'000'000;
    if (s < 0 || s > kMost || ns < 0 || ns >= kNsPerSecond) return {};
    return s * kNsPerSecond + ns;
}

void readSky(const QJsonObject& map, GpsdReport& report) {
    report.kind = GpsdReport::Kind::Sky;
    report.used = smallNumber(map.value(QStringLiteral("uSat")));
    report.inView = smallNumber(map.value(QStringLiteral("nSat")));
    report.hdopHundredths = smallNumber(map.value(QStringLiteral("hdop")), 100);
    const QJsonArray satellites = map.value(QStringLiteral("satellites")).toArray();
    if (report.inView || satellites.isEmpty()) return;
    report.inView = static_cast<int>(satellites.size());
    report.used = 0;
    for (const QJsonValue& each : satellites)
        if (each.toObject().value(QStringLiteral("used")).toBool()) ++*report.used;
}

}  // namespace

GpsdReport gpsdReport(const QByteArray& line) {
    GpsdReport report;
    const QJsonObject map = QJsonDocument::fromJson(line).object();
    const QString kind = map.value(QStringLiteral("class")).toString();
    report.device = map.value(QStringLiteral("device")).toString();
    if (kind == u"TPV") {
        report.kind = GpsdReport::Kind::Fix;
        report.mode = smallNumber(map.value(QStringLiteral("mode"))).value_or(0);
        report.leapSeconds = smallNumber(map.value(QStringLiteral("leapseconds")));
    } else if (kind == u"SKY") {
        readSky(map, report);
    } else if (kind == u"TOFF") {
        const auto real = timeOf(map, "real_sec", "real_nsec");
        const auto clock = timeOf(map, "clock_sec", "clock_nsec");
        if (!real || !clock) return report;
        report.kind = GpsdReport::Kind::Time;
        report.realNs = *real;
        report.clockNs = *clock;
    } else if (kind == u"DEVICE") {
        report.kind = GpsdReport::Kind::Device;
        report.device = map.value(QStringLiteral("path")).toString();
        report.driver = map.value(QStringLiteral("driver")).toString();
    } else if (kind == u"ERROR") {
        report.kind = GpsdReport::Kind::Error;
        report.words = map.value(QStringLiteral("message")).toString();
    }
    return report;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of gpsd: numbers are in their range, times can be computed with, and what is no such line is nothing.
#include <QList>

#include "fuzz.h"
#include "refclock/gpsd_report.h"

namespace fos1::fuzz {

void runOne(const QByteArray& input) {
    constexpr qint64 kLatest = 9'100'000'000'000'000'000;
    constexpr int kMostSatellites = 1000;
    for (const QByteArray& line : input.split('\n')) {
        const ntp::GpsdReport report = ntp::gpsdReport(line);
        FUZZ_CLAIM(report.mode >= 0 && report.mode <= kMostSatellites);
        for (const auto& number : {report.used, report.inView, report.leapSeconds})
            if (number) FUZZ_CLAIM(*number >= 0 && *number <= kMostSatellites);
        if (report.kind == ntp::GpsdReport::Kind::Time)
            FUZZ_CLAIM(report.realNs >= 0 && report.realNs < kLatest && report.clockNs >= 0 &&
                       report.clockNs < kLatest);
    }
}

}  // namespace fos1::fuzz

// SPDX-License-Identifier: GPL-2.0-or-later
// What gpsd says in one line of JSON (gpsd_json(5)), as far as it is about time. Pure.
#pragma once

#include <QByteArray>
#include <QString>
#include <optional>

namespace fos1::ntp {

struct GpsdReport {
    enum class Kind { Unknown = 0, Fix, Sky, Time, Device, Error };

    Kind kind = Kind::Unknown;
    QString device;
    // Fix (TPV)
    int mode = 0;  ///< 0 unknown, 1 no fix, 2, 3
    std::optional<int> leapSeconds;
    // Sky (SKY)
    std::optional<int> used;
    std::optional<int> inView;
    std::optional<int> hdopHundredths;
    // Time (TOFF): of the first byte of a cycle
    qint64 realNs = 0;   ///< what the receiver says, since 1970
    qint64 clockNs = 0;  ///< CLOCK_REALTIME then
    // Device (VERSION, DEVICE), Error
    QString driver;
    QString words;
};

/// A line that is no such JSON, or says nothing of interest, is of kind Unknown.
[[nodiscard]] GpsdReport gpsdReport(const QByteArray& line);

}  // namespace fos1::ntp

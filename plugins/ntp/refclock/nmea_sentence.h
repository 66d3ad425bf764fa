// SPDX-License-Identifier: GPL-2.0-or-later
// One sentence of a receiver as values (IEC 61162-1, NMEA 0183 2.1 to 4.11). Positions are not among them: nobody needs
// to know where the antenna is.
#pragma once

#include <QtGlobal>
#include <array>
#include <optional>
#include <string_view>

namespace fos1::ntp {

enum class SentenceKind : quint8 { Unknown = 0, Rmc, Zda, Gga, Gll, Gns, Gsa, Gsv, Gbs, Vtg, Txt, Pubx04 };

/// Why a sentence was not accepted.
enum class Rejection : quint8 {
    Unknown = 0,
    Torn,           ///< another one began inside it, or bytes that are no text
    TooLong,        ///< longer than kLongestSentence
    NoChecksum,     ///< and one is required
    WrongChecksum,  ///< bytes changed on the line, or the speed is wrong
    WrongField,     ///< a value out of its range, or too few fields
};
inline constexpr std::array<const char*, 6> kRejectionNames{"unknown",     "torn",           "too_long",
                                                            "no_checksum", "wrong_checksum", "wrong_field"};

struct TimeOfDay {
    quint8 hour = 0;
    quint8 minute = 0;
    quint8 second = 0;  ///< 60 in a leap second
    quint32 nanosecond = 0;
    bool operator==(const TimeOfDay&) const = default;
};

struct CalendarDate {
    quint16 year = 0;  ///< of two digits: 1980 to 2079
    quint8 month = 0;
    quint8 day = 0;
    bool operator==(const CalendarDate&) const = default;
};

/// Whether the receiver vouches for what it reports. Estimated, manual and simulated fixes count as none.
enum class FixState : quint8 { Unknown = 0, None, Valid };

struct NmeaSentence {
    SentenceKind kind = SentenceKind::Unknown;  ///< Unknown: well-formed, of another kind
    std::array<char, 2> talker{};               ///< GP, GN ...; "P?" of a proprietary one
    FixState fix = FixState::Unknown;
    std::optional<TimeOfDay> time;
    std::optional<CalendarDate> date;
    std::optional<quint8> quality;           ///< GGA, field 6
    std::optional<quint8> dimensions;        ///< GSA: 1 = no fix, 2, 3
    std::optional<quint16> used;             ///< satellites
    std::optional<quint16> inView;           ///< GSV: of this talker and signal
    std::optional<quint16> hdopHundredths;   ///< horizontal dilution of precision, times 100
    std::optional<qint16> leapSeconds;       ///< GPS minus UTC
    bool isLeapDefault = false;              ///< not yet from the sky, but of the firmware
    std::optional<quint16> failedSatellite;  ///< GBS
    std::string_view text;                   ///< TXT; points into the parser
    quint64 start = 0;                       ///< of its '$': bytes since the parser was made
};

}  // namespace fos1::ntp

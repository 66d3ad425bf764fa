// SPDX-License-Identifier: GPL-2.0-or-later
// Sentences as receivers of several makers send them, for tests: with checksums, in their order, for any moment.
#pragma once

#include <QByteArray>
#include <QDateTime>

namespace fos1::lab {

/// `body` without '$': "$body*hh\r\n".
inline QByteArray sentence(const QByteArray& body) {
    unsigned sum = 0;
    for (const char c : body) sum ^= static_cast<unsigned char>(c);
    return '$' + body + '*' + QByteArray::number(sum, 16).rightJustified(2, '0').toUpper() + "\r\n";
}

enum class Maker { Unknown = 0, Ublox, Sirf, Mediatek };

/// What a receiver reports in one instant.
struct Report {
    QDateTime time;  ///< UTC, with milliseconds
    Maker maker = Maker::Ublox;
    bool hasFix = true;
    int satellites = 9;
    bool isLeapSecond = false;  ///< 23:59:60 of the day before `time`
};

/// u-blox reports hundredths of a second, others thousandths.
inline QByteArray clockText(const Report& in) {
    const int digits = in.maker == Maker::Ublox ? 2 : 3;
    if (in.isLeapSecond) return "235960." + QByteArray(digits, '0');
    return in.time.toString(QStringLiteral("hhmmss.zzz")).toLatin1().left(7 + digits);
}

inline QByteArray burst(const Report& in) {
    const QByteArray time = clockText(in);
    const QDateTime day = in.isLeapSecond ? in.time.addDays(-1) : in.time;
    const QByteArray date = day.toString(QStringLiteral("ddMMyy")).toLatin1();
    const QByteArray used = QByteArray::number(in.hasFix ? in.satellites : 0).rightJustified(2, '0');
    const QByteArray talker = in.maker == Maker::Sirf ? "GP" : "GN";
    const QByteArray place = in.hasFix ? "4717.1130,N,00833.9140,E" : ",,,";
    const QByteArray rmc = sentence(talker + "RMC," + time + (in.hasFix ? ",A," : ",V,") + place + ",0.01,," + date +
                                    ",,," + (in.hasFix ? "A" : "N") + (in.maker == Maker::Ublox ? ",V" : ""));
    const QByteArray gga = sentence(talker + "GGA," + time + ',' + place + ',' + (in.hasFix ? '1' : '0') + ',' + used +
                                    (in.hasFix ? ",0.92,430.1,M,48.0,M,," : ",99.99,,,,,,"));
    const QByteArray gsa =
        sentence(talker + "GSA,A," + (in.hasFix ? '3' : '1') + ",02,05,09,12,25,,,,,,,,1.6,0.92,1.3");
    const QByteArray gsv = sentence("GPGSV,2,1,07,02,45,120,38,05,30,060,33,09,71,200,41,12,12,310,22") +
                           sentence("GPGSV,2,2,07,25,40,088,36,29,15,170,,31,08,020,");
    const QByteArray vtg = sentence(talker + "VTG,,T,,M,0.01,N,0.02,K," + (in.hasFix ? "A" : "N"));
    const QByteArray gll = sentence(talker + "GLL," + place + ',' + time + (in.hasFix ? ",A,A" : ",V,N"));
    const QByteArray zda =
        sentence(talker + "ZDA," + time + ',' + day.toString(QStringLiteral("dd,MM,yyyy")).toLatin1() + ",00,00");
    switch (in.maker) {
        case Maker::Sirf: return gga + gsa + gsv + rmc + vtg;
        case Maker::Mediatek: return gga + gsa + gsv + rmc + vtg + zda;
        case Maker::Ublox:
        case Maker::Unknown: break;
    }
    return rmc + vtg + gga + gsa + gsv + sentence("GLGSV,1,1,03,70,30,111,28,71,55,040,,85,20,300,31") + gll + zda;
}

}  // namespace fos1::lab

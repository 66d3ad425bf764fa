// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/leap_table.h"

#include <QByteArrayList>
#include <chrono>

namespace fos1::ntp {

namespace {

constexpr qint64 kNtpTo1970 = 2'208'988'800;
constexpr qint64 kDaySeconds = 86'400;

}  // namespace

qint64 unixOf(const CalendarDate& date) {
    const std::chrono::sys_days day = std::chrono::year(date.year) / date.month / date.day;
    return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
}

LeapTable::LeapTable(const QByteArray& list) {
    for (const QByteArray& line : list.split('\n')) {
        const QByteArrayList words = line.simplified().split(' ');
        bool isNumber = false;
        if (words.size() > 1 && words[0] == "#@") {
            const qint64 expires = words[1].toLongLong(&isNumber);
            if (isNumber) m_expires = expires - kNtpTo1970;
        } else if (const qint64 after = words[0].toLongLong(&isNumber); isNumber) {
            m_after.push_back(after - kNtpTo1970);
        }
    }
}

bool LeapTable::mayLeap(const CalendarDate& date) const {
    const qint64 next = unixOf(date) + kDaySeconds;
    if (std::find(m_after.begin(), m_after.end(), next) != m_after.end()) return true;
    if (m_expires && next < *m_expires) return false;
    return (date.month == 6 && date.day == 30) || (date.month == 12 && date.day == 31);
}

}  // namespace fos1::ntp

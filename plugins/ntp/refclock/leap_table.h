// SPDX-License-Identifier: GPL-2.0-or-later
// On which days a leap second may end, from leap-seconds.list (IERS, in Debian's tzdata). Pure.
#pragma once

#include <QByteArray>
#include <algorithm>
#include <optional>
#include <vector>

#include "refclock/nmea_sentence.h"

namespace fos1::ntp {

/// The second 0:00 of a day, since 1970.
[[nodiscard]] qint64 unixOf(const CalendarDate& date);

class LeapTable {
   public:
    LeapTable() = default;
    /// A text that is no such list is a table that knows nothing.
    explicit LeapTable(const QByteArray& list);

    /// An expired table, or none, allows the days that the IERS uses: the last of June and of December.
    [[nodiscard]] bool mayLeap(const CalendarDate& date) const;
    [[nodiscard]] std::optional<qint64> expiresUnix() const { return m_expires; }

   private:
    std::vector<qint64> m_after;  ///< the first second after each leap second, since 1970
    std::optional<qint64> m_expires;
};

}  // namespace fos1::ntp

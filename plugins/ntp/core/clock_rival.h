// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the system's own time daemon would steer the clock beside ours, as plain facts.
#pragma once

#include <QString>

namespace fos1::ntp {

enum class RivalStanding {
    Unknown = 0,  ///< not asked: chronyd leaves the clock alone
    NotLookedAt,  ///< by configuration
    NoTimedated,  ///< nobody who could say, and so nobody to be switched
    NoneActive,
    TurnedOff,  ///< by us
    NotTurnedOff,
    NotTurnedOn,  ///< given back in vain
    NotKnown,
};

struct ClockRival {
    RivalStanding standing = RivalStanding::Unknown;
    QString words;  ///< of the bus, where something failed
    bool operator==(const ClockRival&) const = default;
};

}  // namespace fos1::ntp

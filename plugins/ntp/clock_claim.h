// SPDX-License-Identifier: GPL-2.0-or-later
// Whose the system clock is: takes it over from the system's own time daemon while chronyd sets it, where that is
// wanted.
#pragma once

#include "core/chrony_plan.h"
#include "timedate_client.h"

namespace fos1::ntp {

/// What is done about other time daemons of the system where chronyd sets the clock.
enum class TimedateUse { Unknown = 0, Off, Auto };

class ClockClaim {
   public:
    ClockClaim(const QString& stateFile, ClockControl control, TimedateUse use)
        : m_timedate(stateFile), m_control(control), m_use(use) {}

    /// From now on chronyd sets the clock, if it may.
    void claim() {
        if (m_control == ClockControl::Adjust && m_use == TimedateUse::Auto)
            m_timedate.claim();
        else
            m_timedate.release();
    }
    void release() { m_timedate.release(); }

    [[nodiscard]] ClockRival rival() const {
        const bool isOff = m_control == ClockControl::Adjust && m_use != TimedateUse::Auto;
        return isOff ? ClockRival{RivalStanding::NotLookedAt, {}} : m_timedate.rival();
    }
    /// Its changed() says that rival() did.
    [[nodiscard]] TimedateClient& timedate() { return m_timedate; }

   private:
    TimedateClient m_timedate;
    const ClockControl m_control;
    const TimedateUse m_use;
};

}  // namespace fos1::ntp

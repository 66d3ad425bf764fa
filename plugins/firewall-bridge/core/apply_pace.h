// SPDX-License-Identifier: GPL-2.0-or-later
// When the kernel's table is written next: changes that come together are one, a refusal is retried ever later, and
// whoever keeps changing our table does not keep us busy. Pure: time comes with each call.
#pragma once

#include "change_limiter.h"

namespace fos1::firewall {

class ApplyPace {
   public:
    using milliseconds = std::chrono::milliseconds;

    /// After a change of the policies. `isRetracting`: more of them may be about to be retracted.
    [[nodiscard]] milliseconds beforeChange(bool isInForce, bool isRetracting) const;
    /// After a refusal; longer each time, until done().
    [[nodiscard]] milliseconds beforeRetry();
    /// After somebody else changed the table.
    [[nodiscard]] milliseconds beforeRepair(bridge::ChangeLimiter::TimePoint now) { return m_repairs.admit({}, now); }

    void done() { m_retry = milliseconds(0); }

   private:
    static constexpr int kRepairsAtOnce = 20;
    static constexpr milliseconds kBetweenRepairs{1000};

    milliseconds m_retry{0};  ///< 0: the last attempt was fine
    bridge::ChangeLimiter m_repairs{kRepairsAtOnce, kBetweenRepairs};
};

}  // namespace fos1::firewall

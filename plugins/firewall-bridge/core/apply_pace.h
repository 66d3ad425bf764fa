// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when the kernel's table is written next. Joins simultaneous changes, retries a refused change with growing
// delays, and limits repairs when another program keeps changing our table. Pure: time is an argument of each call.
#pragma once

#include "change_limiter.h"

namespace fos1::firewall {

class ApplyPace {
   public:
    using milliseconds = std::chrono::milliseconds;

    /// The delay after a change of the policies. `isRetracting`: more policies may be about to be retracted.
    [[nodiscard]] milliseconds beforeChange(bool isInForce, bool isRetracting) const;
    /// The delay after a refusal. It grows with each refusal until done().
    [[nodiscard]] milliseconds beforeRetry();
    /// The delay after another program changed the table.
    [[nodiscard]] milliseconds beforeRepair(bridge::ChangeLimiter::TimePoint now) { return m_repairs.admit({}, now); }

    void done() { m_retry = milliseconds(0); }

   private:
    static constexpr int kRepairsAtOnce = 20;
    static constexpr milliseconds kBetweenRepairs{1000};

    milliseconds m_retry{0};  ///< 0: the last attempt succeeded
    bridge::ChangeLimiter m_repairs{kRepairsAtOnce, kBetweenRepairs};
};

}  // namespace fos1::firewall

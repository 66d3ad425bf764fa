// SPDX-License-Identifier: GPL-2.0-or-later
// Decides what happens to policies that were retracted or whose publisher is gone: how long a bridge keeps them in
// force. Pure: time and facts are arguments of each call. Must not know topics or the contents of a policy.
//
// - A policy that is retracted while others stay is dropped immediately: that is a change.
// - When all policies are retracted, they are held: a publisher that returns in time causes no interruption.
// - A policy whose publisher is gone is kept. It is dropped after the hold if its owner chose that, or if a publisher
//   is back and does not publish it again.
#pragma once

#include <chrono>
#include <optional>

namespace fos1::bridge {

struct HoldFacts {
    bool hasOthers = false;         ///< any policy that is not retracted
    bool hasWithdrawn = false;      ///< any retracted policy
    bool hasLeavingOrphan = false;  ///< any policy whose publisher is gone and that mayLeave()
};

struct HoldVerdict {
    bool dropsWithdrawn = false;
    bool dropsLeavingOrphans = false;
    std::optional<std::chrono::milliseconds> lookAgainIn;  ///< a hold ends then, unless facts change before
};

/// Whether an orphaned policy is dropped after the hold. `hasPublisher`: some plugin publishes policies of this kind.
/// `leavesWithPublisher`: its owner chose that it does not outlive its publisher.
[[nodiscard]] inline bool mayLeave(bool hasPublisher, bool leavesWithPublisher) {
    return hasPublisher || leavesWithPublisher;
}

class HoldJudge {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit HoldJudge(std::chrono::milliseconds hold) : m_hold(hold) {}

    /// To be called when the facts may have changed and when a hold ends. Times must not decrease.
    [[nodiscard]] HoldVerdict judge(const HoldFacts& facts, TimePoint now);

    [[nodiscard]] bool isHolding() const { return m_heldSince.has_value(); }

   private:
    const std::chrono::milliseconds m_hold;
    std::optional<TimePoint> m_heldSince;
};

}  // namespace fos1::bridge

// SPDX-License-Identifier: GPL-2.0-or-later
// Decides what becomes of policies whose publisher retracted them, or is gone: how long a bridge goes on as if nothing
// had happened. Pure: time and facts come with each call. Knows neither topics nor what a policy says.
//
// - A policy that is retracted while others stay is dropped at once: that is a change.
// - Where all policies are retracted, they are held: a publisher that comes back in time has cost nobody anything.
// - A policy whose publisher is gone is kept, and dropped after the hold where its owner chose that, or where a
// publisher is
//   back and does not publish it again.
#pragma once

#include <chrono>
#include <optional>

namespace fos1::bridge {

struct HoldFacts {
    bool hasOthers = false;         ///< any policy that is not retracted
    bool hasWithdrawn = false;      ///< any that is
    bool hasLeavingOrphan = false;  ///< any whose publisher is gone and that mayLeave()
};

struct HoldVerdict {
    bool dropsWithdrawn = false;
    bool dropsLeavingOrphans = false;
    std::optional<std::chrono::milliseconds> lookAgainIn;  ///< a hold ends then, if nothing changes until then
};

/// Whether an orphaned policy is to go after the hold. `hasPublisher`: somebody publishes policies of this kind.
/// `leavesWithPublisher`: its owner chose that it does not outlive its publisher.
[[nodiscard]] inline bool mayLeave(bool hasPublisher, bool leavesWithPublisher) {
    return hasPublisher || leavesWithPublisher;
}

class HoldJudge {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;

    explicit HoldJudge(std::chrono::milliseconds hold) : m_hold(hold) {}

    /// Whenever the facts may have changed, and when a hold ends. Times do not go backwards.
    [[nodiscard]] HoldVerdict judge(const HoldFacts& facts, TimePoint now);

    [[nodiscard]] bool isHolding() const { return m_heldSince.has_value(); }

   private:
    const std::chrono::milliseconds m_hold;
    std::optional<TimePoint> m_heldSince;
};

}  // namespace fos1::bridge

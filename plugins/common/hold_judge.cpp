// SPDX-License-Identifier: GPL-2.0-or-later
#include "hold_judge.h"

namespace fos1::bridge {

HoldVerdict HoldJudge::judge(const HoldFacts& facts, TimePoint now) {
    HoldVerdict verdict;
    verdict.dropsWithdrawn = facts.hasWithdrawn && facts.hasOthers;
    const bool isHeld = (facts.hasWithdrawn && !facts.hasOthers) || facts.hasLeavingOrphan;
    if (!isHeld) {
        m_heldSince.reset();
        return verdict;
    }
    if (!m_heldSince) m_heldSince = now;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*m_heldSince + m_hold - now);
    if (left.count() > 0) {
        verdict.lookAgainIn = left;
        return verdict;
    }
    m_heldSince.reset();
    verdict.dropsWithdrawn = facts.hasWithdrawn;
    verdict.dropsLeavingOrphans = facts.hasLeavingOrphan;
    return verdict;
}

}  // namespace fos1::bridge

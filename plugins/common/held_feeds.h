// SPDX-License-Identifier: GPL-2.0-or-later
// What a bridge still goes by after values were retracted or their publisher is gone: asks the HoldJudge and forgets in
// the feeds what it drops. Must not know what the values mean.
#pragma once

#include "fos1/feed.h"
#include "hold_judge.h"
#include "wish.h"

namespace fos1::bridge {

/// `others` follow `vlans`, such as groups of clients: retracted ones are a change unless all VLANs are held. Returns
/// when a hold ends.
template <typename Vlan, typename... Others>
std::optional<std::chrono::milliseconds> dropLapsed(HoldJudge& judge, OnLoss onLoss, HoldJudge::TimePoint now,
                                                    Feed<Vlan>& vlans, Feed<Others>&... others) {
    const bool hasPublisher = vlans.count(Standing::Known) + vlans.count(Standing::Stale) > 0;
    // Without its publisher nobody judges whether the time is fit for use.
    const bool leaves = mayLeave(hasPublisher, onLoss == OnLoss::Withdraw);
    const std::size_t withdrawn = vlans.count(Standing::Withdrawn);
    const std::size_t orphans = (vlans.count(Standing::Orphaned) + ... + others.count(Standing::Orphaned));
    HoldFacts facts;
    facts.hasOthers = vlans.values().size() > withdrawn;
    facts.hasWithdrawn = withdrawn > 0;
    facts.hasLeavingOrphan = leaves && orphans > 0;
    const HoldVerdict verdict = judge.judge(facts, now);
    if (facts.hasOthers || verdict.dropsWithdrawn) (others.forget(Standing::Withdrawn), ...);
    if (verdict.dropsLeavingOrphans) {
        (others.forget(Standing::Orphaned), ...);
        vlans.forget(Standing::Orphaned);
    }
    if (verdict.dropsWithdrawn) vlans.forget(Standing::Withdrawn);
    return verdict.lookAgainIn;
}

}  // namespace fos1::bridge

// SPDX-License-Identifier: GPL-2.0-or-later
// The policies of the topics time.service/v1 and time.client/v1, and for how long those stay whose publisher retracted
// them or is gone. Knows no table.
#pragma once

#include <QTimer>

#include "core/firewall_plan.h"
#include "fos1/feed.h"
#include "hold_judge.h"

namespace fos1::firewall {

class ServedPolicies final {
   public:
    /// `changed` is called when they may have changed: then judge(). `bus` outlives the object.
    ServedPolicies(IBus& bus, std::chrono::milliseconds hold, const std::function<void()>& changed);

    /// Drops what was held long enough.
    void judge();

    [[nodiscard]] const VlanStates& vlans() const { return m_vlans.values(); }
    [[nodiscard]] const GroupStates& groups() const { return m_groups.values(); }
    /// Since this was called last; those that are gone among them.
    [[nodiscard]] std::set<QString> takeChangedVlans() { return m_vlans.takeChanged(); }
    /// Some are retracted, and it was not judged yet what that means.
    [[nodiscard]] bool isRetracting() const { return m_vlans.count(Standing::Withdrawn) > 0 && !m_hold.isHolding(); }

   private:
    Feed<time::ServiceState> m_vlans;
    Feed<time::ClientState> m_groups;
    bridge::HoldJudge m_hold;
    QTimer m_holding;  ///< until a hold ends
};

}  // namespace fos1::firewall

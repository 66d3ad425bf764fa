// SPDX-License-Identifier: GPL-2.0-or-later
// The policies of the topics time.service/v1 and time.client/v1, and our own time sources (time.sources/v1). Decides
// how long they stay after they were retracted or their publisher is gone. Must not know the table.
#pragma once

#include <QTimer>

#include "core/firewall_plan.h"
#include "fos1/feed.h"
#include "hold_judge.h"

namespace fos1::firewall {

class ServedPolicies final {
   public:
    /// `changed` is called when the policies may have changed; call judge() then. `bus` outlives the object.
    ServedPolicies(IBus& bus, std::chrono::milliseconds hold, const std::function<void()>& changed);

    /// Drops policies whose hold has ended.
    void judge();

    [[nodiscard]] const VlanStates& vlans() const { return m_vlans.values(); }
    [[nodiscard]] const GroupStates& groups() const { return m_groups.values(); }
    /// The last known ones stay while nobody publishes any.
    [[nodiscard]] const SourceStates& sources() const { return m_sources.values(); }
    /// The VLANs that changed since the last call, including removed ones.
    [[nodiscard]] std::set<QString> takeChangedVlans() { return m_vlans.takeChanged(); }
    /// Whether policies were retracted and judge() has not yet decided about them.
    [[nodiscard]] bool isRetracting() const { return m_vlans.count(Standing::Withdrawn) > 0 && !m_hold.isHolding(); }

   private:
    Feed<time::ServiceState> m_vlans;
    Feed<time::ClientState> m_groups;
    Feed<time::SourcesState> m_sources;
    bridge::HoldJudge m_hold;
    QTimer m_holding;  ///< until a hold ends
};

}  // namespace fos1::firewall

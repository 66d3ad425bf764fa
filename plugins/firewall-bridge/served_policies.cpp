// SPDX-License-Identifier: GPL-2.0-or-later
#include "served_policies.h"

namespace fos1::firewall {

ServedPolicies::ServedPolicies(IBus& bus, std::chrono::milliseconds hold, const std::function<void()>& changed)
    : m_vlans(bus, changed, WithdrawnValues::Held),
      m_groups(bus, changed, WithdrawnValues::Held),
      // Without a policy there is nothing to exempt them from, and a table that exists is not ours yet.
      m_sources(bus,
                [this, changed] {
                    if (!m_vlans.values().empty()) changed();
                }),
      m_hold(hold) {
    m_holding.setSingleShot(true);
    QObject::connect(&m_holding, &QTimer::timeout, &m_holding, changed);
}

void ServedPolicies::judge() {
    // Whether any plugin still publishes policies.
    const bool hasPublisher = m_vlans.count(Standing::Known) + m_vlans.count(Standing::Stale) > 0;
    const auto leaves = [hasPublisher](const time::ServiceState& orphan) {
        return bridge::mayLeave(hasPublisher, orphan.opensOnFailure);
    };
    const std::size_t withdrawn = m_vlans.count(Standing::Withdrawn);
    bridge::HoldFacts facts;
    facts.hasOthers = m_vlans.values().size() > withdrawn;
    facts.hasWithdrawn = withdrawn > 0;
    facts.hasLeavingOrphan =
        m_vlans.anyOf(Standing::Orphaned, leaves) || (hasPublisher && m_groups.count(Standing::Orphaned) > 0);
    const bridge::HoldVerdict verdict = m_hold.judge(facts, std::chrono::steady_clock::now());
    // A retracted group is a change, unless its VLANs are held too.
    if (facts.hasOthers || verdict.dropsWithdrawn) m_groups.forget(Standing::Withdrawn);
    if (verdict.dropsLeavingOrphans) {
        if (hasPublisher) m_groups.forget(Standing::Orphaned);
        m_vlans.forget(Standing::Orphaned, leaves);
    }
    if (verdict.dropsWithdrawn) m_vlans.forget(Standing::Withdrawn);
    if (m_sources.count(Standing::Known) > 0) m_sources.forget(Standing::Orphaned);
    if (verdict.lookAgainIn)
        m_holding.start(*verdict.lookAgainIn);
    else
        m_holding.stop();
}

}  // namespace fos1::firewall

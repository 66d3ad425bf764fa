// SPDX-License-Identifier: GPL-2.0-or-later
#include "served_offers.h"

#include <algorithm>

namespace fos1::dhcp {

ServedOffers::ServedOffers(IBus& bus, const OfferOptions& options, std::function<void()> changed)
    : m_options(options),
      m_vlans(bus, changed, WithdrawnValues::Held),
      m_groups(bus, changed, WithdrawnValues::Held),
      m_hold(options.hold),
      m_gate(options.betweenChanges, options.hold) {
    m_again.setSingleShot(true);
    QObject::connect(&m_again, &QTimer::timeout, &m_again, std::move(changed));
}

/// Returns when a hold ends.
std::optional<std::chrono::milliseconds> ServedOffers::dropLapsed(std::chrono::steady_clock::time_point now) {
    const bool hasPublisher = m_vlans.count(Standing::Known) + m_vlans.count(Standing::Stale) > 0;
    // Without its publisher nobody judges whether the time is fit for use.
    const bool leaves = bridge::mayLeave(hasPublisher, m_options.onLoss == OnLoss::Withdraw);
    const std::size_t withdrawn = m_vlans.count(Standing::Withdrawn);
    bridge::HoldFacts facts;
    facts.hasOthers = m_vlans.values().size() > withdrawn;
    facts.hasWithdrawn = withdrawn > 0;
    facts.hasLeavingOrphan = leaves && m_vlans.count(Standing::Orphaned) + m_groups.count(Standing::Orphaned) > 0;
    const bridge::HoldVerdict verdict = m_hold.judge(facts, now);
    // A retracted group is a change, unless its VLANs are held too.
    if (facts.hasOthers || verdict.dropsWithdrawn) m_groups.forget(Standing::Withdrawn);
    if (verdict.dropsLeavingOrphans) {
        m_groups.forget(Standing::Orphaned);
        m_vlans.forget(Standing::Orphaned);
    }
    if (verdict.dropsWithdrawn) m_vlans.forget(Standing::Withdrawn);
    return verdict.lookAgainIn;
}

std::shared_ptr<const Offers> ServedOffers::judge() {
    if (!m_offers && m_vlans.values().empty() && m_groups.values().empty()) return nullptr;
    const auto now = std::chrono::steady_clock::now();
    std::optional<std::chrono::milliseconds> next = dropLapsed(now);
    std::map<QString, VlanOffer> wanted;
    for (const auto& [name, state] : m_vlans.values())
        wanted.emplace_hint(wanted.end(), name, offerOf(state, m_options.onLoss));
    m_gate.update(wanted, now);
    Offers offers;
    offers.vlans = m_gate.effective();
    for (const auto& [name, state] : m_groups.values())
        offers.groups.emplace_hint(offers.groups.end(), name, offerOf(state));
    if (!m_offers || !(*m_offers == offers)) m_offers = std::make_shared<const Offers>(std::move(offers));
    if (const auto gate = m_gate.nextIn(now)) next = next ? std::min(*next, *gate) : *gate;
    if (next)
        m_again.start(*next);
    else
        m_again.stop();
    return m_offers;
}

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "served_offers.h"

#include <algorithm>

#include "held_feeds.h"
#include "previewed_values.h"

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

namespace {

Offers offersOf(const std::map<QString, time::ServiceState>& vlans, const std::map<QString, time::ClientState>& groups,
                OnLoss onLoss) {
    Offers offers;
    for (const auto& [name, state] : vlans) offers.vlans.emplace_hint(offers.vlans.end(), name, offerOf(state, onLoss));
    for (const auto& [name, state] : groups) offers.groups.emplace_hint(offers.groups.end(), name, offerOf(state));
    return offers;
}

}  // namespace

ServedOffers::Preview ServedOffers::preview(const QCborMap& topics) const {
    const OnLoss onLoss = m_options.onLoss;
    return {offersOf(m_vlans.values(), m_groups.values(), onLoss),
            offersOf(bridge::previewedValues(m_vlans.values(), topics),
                     bridge::previewedValues(m_groups.values(), topics), onLoss)};
}

std::shared_ptr<const Offers> ServedOffers::judge() {
    if (!m_offers && m_vlans.values().empty() && m_groups.values().empty()) return nullptr;
    const auto now = std::chrono::steady_clock::now();
    std::optional<std::chrono::milliseconds> next =
        bridge::dropLapsed(m_hold, m_options.onLoss, now, m_vlans, m_groups);
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

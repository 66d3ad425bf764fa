// SPDX-License-Identifier: GPL-2.0-or-later
#include "served_names.h"

#include <algorithm>

#include "held_feeds.h"
#include "previewed_values.h"

namespace fos1::dns {

namespace {

Offers offersOf(const std::map<QString, time::ServiceState>& vlans, OnLoss onLoss, quint16 stratum) {
    Offers offers;
    offers.stratum = stratum;
    for (const auto& [name, state] : vlans) offers.vlans.emplace_hint(offers.vlans.end(), name, offerOf(state, onLoss));
    return offers;
}

}  // namespace

ServedNames::ServedNames(IBus& bus, const OfferOptions& options, std::function<void()> changed)
    : m_options(options),
      m_vlans(bus, changed, WithdrawnValues::Held),
      m_sync(bus,
             [this, changed] {
                 if (m_stratumAwaited) changed();
             }),
      m_hold(options.hold),
      m_gate(options.betweenChanges, options.hold) {
    m_again.setSingleShot(true);
    QObject::connect(&m_again, &QTimer::timeout, &m_again, std::move(changed));
    // Names of an earlier run go even if no time service is declared any more.
    m_again.start(options.hold);
}

quint16 ServedNames::stratum() const {
    quint16 best = 0;
    for (const auto& [name, state] : m_sync.values())
        if (state.stratum > 0 && (best == 0 || state.stratum < best)) best = static_cast<quint16>(state.stratum);
    return best;
}

/// SRV records have the stratum. With the first names, and with those of an earlier run, it is waited for: otherwise
/// they would be written with another one, only because it was published a moment later.
std::optional<std::chrono::milliseconds> ServedNames::untilStratum(const Offers& offers, Clock::time_point now) {
    const auto isTold = [](const auto& each) { return each.second.wish != bridge::Wish::Withhold; };
    const bool isFirst = !m_offers || std::none_of(m_offers->vlans.begin(), m_offers->vlans.end(), isTold);
    if (!isFirst || stratum() > 0 || std::none_of(offers.vlans.begin(), offers.vlans.end(), isTold)) {
        m_stratumAwaited.reset();
        return std::nullopt;
    }
    if (!m_stratumAwaited) m_stratumAwaited = now;
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(*m_stratumAwaited + m_options.hold - now);
    return patience.count() > 0 ? std::optional(patience) : std::nullopt;
}

std::shared_ptr<const Offers> ServedNames::judge() {
    const auto now = std::chrono::steady_clock::now();
    if (!m_offers && m_vlans.values().empty() && (m_options.onLoss == OnLoss::Keep || now < m_start + m_options.hold))
        return nullptr;
    std::optional<std::chrono::milliseconds> next = bridge::dropLapsed(m_hold, m_options.onLoss, now, m_vlans);
    for (const QString& name : m_vlans.takeChanged()) {
        const auto state = m_vlans.values().find(name);
        if (state == m_vlans.values().end())
            m_wanted.erase(name);
        else
            m_wanted[name] = offerOf(state->second, m_options.onLoss);
    }
    m_gate.update(m_wanted, now);
    Offers offers;
    offers.vlans = m_gate.effective();
    if (const auto patience = untilStratum(offers, now)) {
        next = next ? std::min(*next, *patience) : *patience;
    } else if (!m_offers || offers.vlans != m_offers->vlans) {
        offers.stratum = stratum();
        m_offers = std::make_shared<const Offers>(std::move(offers));
    }
    if (const auto gate = m_gate.nextIn(now)) next = next ? std::min(*next, *gate) : *gate;
    if (next)
        m_again.start(*next);
    else
        m_again.stop();
    return m_offers;
}

ServedNames::Preview ServedNames::preview(const QCborMap& topics) const {
    const quint16 known = m_offers ? m_offers->stratum : stratum();
    return {offersOf(m_vlans.values(), m_options.onLoss, known),
            offersOf(bridge::previewedValues(m_vlans.values(), topics), m_options.onLoss, known)};
}

}  // namespace fos1::dns

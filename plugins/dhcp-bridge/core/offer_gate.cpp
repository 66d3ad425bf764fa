// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/offer_gate.h"

#include <algorithm>

namespace fos1::dhcp {

namespace {

/// A reason alone is no change for clients.
bool tellsTheSame(const VlanOffer& a, const VlanOffer& b) {
    if (a.wish != b.wish) return false;
    return a.wish != Wish::Tell || (a.interface == b.interface && a.addresses == b.addresses);
}

}  // namespace

void OfferGate::update(const std::map<QString, VlanOffer>& wanted, TimePoint now) {
    if (!m_patientUntil) m_patientUntil = now + m_patience;
    m_isPatient = false;
    std::erase_if(m_vlans, [&](const auto& each) { return !wanted.contains(each.first); });
    for (const auto& [name, offer] : wanted) update(m_vlans[name], offer, now);
}

void OfferGate::update(Vlan& vlan, const VlanOffer& wanted, TimePoint now) {
    VlanOffer next = wanted;
    if (!vlan.told && next.wish == Wish::Withhold && now < *m_patientUntil) {
        next.wish = Wish::Keep;
        m_isPatient = true;
    }
    if (!vlan.told || tellsTheSame(vlan.effective, next)) {
        if (vlan.waiting) ++m_suppressed;
        vlan.waiting.reset();
        if (!vlan.told && next.wish == Wish::Tell) vlan.told = now - m_interval;
        vlan.effective = std::move(next);
    } else if (now >= *vlan.told + m_interval) {
        if (vlan.waiting && !tellsTheSame(*vlan.waiting, next)) ++m_suppressed;
        vlan.waiting.reset();
        vlan.told = now;
        vlan.effective = std::move(next);
    } else {
        if (vlan.waiting && !tellsTheSame(*vlan.waiting, next)) ++m_suppressed;
        vlan.waiting = std::move(next);
    }
}

std::map<QString, VlanOffer> OfferGate::effective() const {
    std::map<QString, VlanOffer> all;
    for (const auto& [name, vlan] : m_vlans) all.emplace_hint(all.end(), name, vlan.effective);
    return all;
}

std::optional<OfferGate::milliseconds> OfferGate::nextIn(TimePoint now) const {
    std::optional<TimePoint> next;
    const auto consider = [&next](TimePoint at) { next = next ? std::min(*next, at) : at; };
    for (const auto& [name, vlan] : m_vlans)
        if (vlan.waiting) consider(*vlan.told + m_interval);
    if (m_isPatient) consider(*m_patientUntil);
    if (!next) return std::nullopt;
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*next - now));
}

}  // namespace fos1::dhcp

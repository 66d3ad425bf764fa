// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when a changed offer of a VLAN takes effect: a source of time that comes and goes must not change what
// clients are told more than once per interval. Pure: time is an argument of each call.
#pragma once

#include <QString>
#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "wish.h"

namespace fos1::bridge {

/// A VLAN is offered for the first time immediately. From then on, it changes at most once per interval, to the offer
/// that is newest at that time. (Not a ChangeLimiter: there, a change that is canceled has used its token, and a
/// service that flaps and then fails would be told for as many intervals as it flapped.)
///
/// Until `patience` has passed, a VLAN that was never offered since the start keeps what its servers tell: the time
/// service starts together with us.
///
/// An Offer has a `wish` and a function tellsTheSame(a, b), which is true if clients would see no difference.
template <typename Offer>
class OfferGate {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    OfferGate(milliseconds interval, milliseconds patience) : m_interval(interval), m_patience(patience) {}

    /// Passes the offers that are wanted now. To be called when they change and when nextIn() has passed. Times must
    /// not decrease.
    void update(const std::map<QString, Offer>& wanted, TimePoint now) {
        if (!m_patientUntil) m_patientUntil = now + m_patience;
        m_isPatient = false;
        std::erase_if(m_vlans, [&](const auto& each) { return !wanted.contains(each.first); });
        for (const auto& [name, offer] : wanted) update(m_vlans[name], offer, now);
    }

    /// The offers that are in effect.
    [[nodiscard]] std::map<QString, Offer> effective() const {
        std::map<QString, Offer> all;
        for (const auto& [name, vlan] : m_vlans) all.emplace_hint(all.end(), name, vlan.effective);
        return all;
    }

    /// The delay until update() is due again, even if the wanted offers stay.
    [[nodiscard]] std::optional<milliseconds> nextIn(TimePoint now) const {
        std::optional<TimePoint> next;
        const auto consider = [&next](TimePoint at) { next = next ? std::min(*next, at) : at; };
        for (const auto& [name, vlan] : m_vlans)
            if (vlan.waiting) consider(*vlan.told + m_interval);
        if (m_isPatient) consider(*m_patientUntil);
        if (!next) return std::nullopt;
        return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*next - now));
    }

    /// Changes that never took effect, because the offer changed again before.
    [[nodiscard]] quint64 suppressed() const { return m_suppressed; }

   private:
    struct Vlan {
        Offer effective;
        std::optional<TimePoint> told;  ///< when it was first offered or last changed
        std::optional<Offer> waiting;   ///< differs from `effective`
    };

    void update(Vlan& vlan, const Offer& wanted, TimePoint now) {
        Offer next = wanted;
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

    const milliseconds m_interval;
    const milliseconds m_patience;
    std::optional<TimePoint> m_patientUntil;
    bool m_isPatient = false;  ///< an offer waits for the end of the patience
    std::map<QString, Vlan> m_vlans;
    quint64 m_suppressed = 0;
};

}  // namespace fos1::bridge

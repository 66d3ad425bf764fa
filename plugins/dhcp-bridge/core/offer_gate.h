// SPDX-License-Identifier: GPL-2.0-or-later
// Decides when a changed offer of a VLAN takes effect: a source of time that comes and goes must not change what DHCP
// clients are told more than once per interval. Pure: time is an argument of each call.
#pragma once

#include <chrono>
#include <map>
#include <optional>

#include "model/offers.h"

namespace fos1::dhcp {

/// A VLAN is offered for the first time immediately. From then on, it changes at most once per interval, to the offer
/// that is newest at that time. (Not a ChangeLimiter: there, a change that is canceled has used its token, and a
/// service that flaps and then fails would be told for as many intervals as it flapped.)
///
/// Until `patience` has passed, a VLAN that was never offered since the start keeps what its servers tell: the time
/// service starts together with us.
class OfferGate {
   public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using milliseconds = std::chrono::milliseconds;

    OfferGate(milliseconds interval, milliseconds patience) : m_interval(interval), m_patience(patience) {}

    /// Passes the offers that are wanted now. To be called when they change and when nextIn() has passed. Times must
    /// not decrease.
    void update(const std::map<QString, VlanOffer>& wanted, TimePoint now);
    /// The offers that are in effect.
    [[nodiscard]] std::map<QString, VlanOffer> effective() const;
    /// The delay until update() is due again, even if the wanted offers stay.
    [[nodiscard]] std::optional<milliseconds> nextIn(TimePoint now) const;
    /// Changes that never took effect, because the offer changed again before.
    [[nodiscard]] quint64 suppressed() const { return m_suppressed; }

   private:
    struct Vlan {
        VlanOffer effective;
        std::optional<TimePoint> told;     ///< when it was first offered or last changed
        std::optional<VlanOffer> waiting;  ///< differs from `effective`
    };
    void update(Vlan& vlan, const VlanOffer& wanted, TimePoint now);

    const milliseconds m_interval;
    const milliseconds m_patience;
    std::optional<TimePoint> m_patientUntil;
    bool m_isPatient = false;  ///< an offer waits for the end of the patience
    std::map<QString, Vlan> m_vlans;
    quint64 m_suppressed = 0;
};

}  // namespace fos1::dhcp

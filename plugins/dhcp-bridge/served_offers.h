// SPDX-License-Identifier: GPL-2.0-or-later
// The topics time.service/v1 and time.client/v1 as offers. Decides how long they stay after they were retracted or
// their publisher is gone, and how often a VLAN may change. Must not know DHCP servers.
#pragma once

#include <QTimer>

#include "core/offer_rules.h"
#include "fos1/feed.h"
#include "hold_judge.h"
#include "offer_gate.h"

namespace fos1::dhcp {

struct OfferOptions {
    OnLoss onLoss = OnLoss::Withdraw;
    /// How long offers stay after all VLANs are retracted or their publisher is gone, and how long an option of an
    /// earlier run stays while the time service starts.
    std::chrono::milliseconds hold{10'000};
    std::chrono::milliseconds betweenChanges{60'000};  ///< of one VLAN
};

class ServedOffers final {
   public:
    /// `changed` is called when the offers may have changed. `bus` outlives the object.
    ServedOffers(IBus& bus, const OfferOptions& options, std::function<void()> changed);

    /// The offers in effect now. The same object as before when they did not change; null before the first policy was
    /// published.
    [[nodiscard]] std::shared_ptr<const Offers> judge();
    /// The offers for the values as they are now, and once more with those of `topics` in place of theirs (IPreviewer):
    /// at once, without waiting for anything.
    struct Preview {
        Offers now;
        Offers then;
    };
    [[nodiscard]] Preview preview(const QCborMap& topics) const;
    [[nodiscard]] quint64 suppressed() const { return m_gate.suppressed(); }

   private:
    const OfferOptions m_options;
    Feed<time::ServiceState> m_vlans;
    Feed<time::ClientState> m_groups;
    bridge::HoldJudge m_hold;
    bridge::OfferGate<VlanOffer> m_gate;
    std::shared_ptr<const Offers> m_offers;
    QTimer m_again;
};

}  // namespace fos1::dhcp

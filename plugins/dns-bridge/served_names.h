// SPDX-License-Identifier: GPL-2.0-or-later
// The topics time.service/v1 and time.sync/v1 as offers. Decides how long they stay after they were retracted or their
// publisher is gone, and how often a VLAN may change. Must not know zones.
#pragma once

#include <QTimer>
#include <chrono>
#include <optional>

#include "core/offer_rules.h"
#include "fos1/feed.h"
#include "hold_judge.h"
#include "offer_gate.h"
#include "time/sync_state.h"

namespace fos1::dns {

struct OfferOptions {
    OnLoss onLoss = OnLoss::Withdraw;
    /// How long offers stay after all VLANs are retracted or their publisher is gone, and how long names of an earlier
    /// run stay while the time service starts.
    std::chrono::milliseconds hold{10'000};
    std::chrono::milliseconds betweenChanges{60'000};  ///< of one VLAN
};

class ServedNames final {
   public:
    /// `changed` is called when the offers may have changed. `bus` outlives the object.
    ServedNames(IBus& bus, const OfferOptions& options, std::function<void()> changed);

    /// The offers in effect now. The same object as before when they did not change; null before the first one was
    /// published, and while one may still be.
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
    using Clock = std::chrono::steady_clock;

    /// The stratum only orders routers: a new one is no reason for a change of its own.
    [[nodiscard]] quint16 stratum() const;
    /// How long the offers wait for it; nothing: they do not.
    [[nodiscard]] std::optional<std::chrono::milliseconds> untilStratum(const Offers& offers, Clock::time_point now);

    const OfferOptions m_options;
    const Clock::time_point m_start = Clock::now();
    std::optional<Clock::time_point> m_stratumAwaited;  ///< since then
    Feed<time::ServiceState> m_vlans;
    Feed<time::SyncState> m_sync;
    std::map<QString, VlanOffer> m_wanted;  ///< of all values of m_vlans
    bridge::HoldJudge m_hold;
    bridge::OfferGate<VlanOffer> m_gate;
    std::shared_ptr<const Offers> m_offers;
    QTimer m_again;
};

}  // namespace fos1::dns

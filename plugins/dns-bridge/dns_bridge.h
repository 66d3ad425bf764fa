// SPDX-License-Identifier: GPL-2.0-or-later
// Connects the time topics to the zones. core/dns_plan decides which names a zone should have.
#pragma once

#include <optional>

#include "core/dns_plan.h"
#include "dns_backend.h"
#include "fos1/plugin.h"
#include "leaving.h"
#include "model/offers.h"
#include "published_report.h"
#include "served_names.h"
#include "target_keeper.h"

namespace fos1::dns {

using bridge::OnStop;
using ZoneKeeper = bridge::TargetKeeper<ZonePlan, Applied, Trouble>;

struct BridgeOptions {
    OfferOptions offers;
    OnStop onStop = OnStop::Withdraw;
    std::chrono::milliseconds pollEach{5000};
    QString router;  ///< a label for this router
};

struct ConfiguredZone {
    ZoneSpec spec;
    std::unique_ptr<DnsBackend> backend;
};

class DnsBridge final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the object. Declares the metrics.
    DnsBridge(const HostView& host, const BridgeOptions& options, std::vector<ConfiguredZone> zones);

    void start();
    void stop(Ticket ticket);

    /// IPreviewer::preview().
    [[nodiscard]] QCborMap preview(const QCborMap& snapshot);

    [[nodiscard]] const PublishedReport& report() const { return m_report; }
    /// Whether all zones have what the topics declare, as far as we know.
    [[nodiscard]] bool isSettled() const;

   private:
    void offersChanged();

    const HostView& m_host;
    const BridgeOptions m_options;
    PublishedReport m_report;
    std::vector<ZoneSpec> m_specs;
    std::optional<ZonePlanner> m_planner;
    std::vector<std::unique_ptr<DnsBackend>> m_backends;
    std::vector<std::unique_ptr<ZoneKeeper>> m_keepers;
    std::vector<std::shared_ptr<const ZonePlan>> m_plans;  ///< as last applied; null: none yet
    std::optional<ServedNames> m_served;
    std::shared_ptr<const Offers> m_offers;
    bridge::Leaving m_leaving;
};

}  // namespace fos1::dns

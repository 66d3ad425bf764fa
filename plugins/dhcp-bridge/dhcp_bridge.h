// SPDX-License-Identifier: GPL-2.0-or-later
// Connects the time topics to the DHCP servers. core/dhcp_plan decides what a server should tell.
#pragma once

#include <optional>

#include "dhcp_server.h"
#include "fos1/plugin.h"
#include "leaving.h"
#include "served_offers.h"
#include "told_report.h"

namespace fos1::dhcp {

using bridge::OnStop;

struct BridgeOptions {
    OfferOptions offers;
    OnStop onStop = OnStop::Withdraw;
    std::chrono::milliseconds pollEach{5000};
};

struct ConfiguredServer {
    QString name;
    std::unique_ptr<DhcpBackend> backend;
};

class DhcpBridge final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the object. Declares the metrics.
    DhcpBridge(const HostView& host, const BridgeOptions& options, std::vector<ConfiguredServer> servers);

    void start();
    void stop(Ticket ticket);

    /// IPreviewer::preview().
    [[nodiscard]] QCborMap preview(const QCborMap& snapshot) const;

    [[nodiscard]] const ToldReport& report() const { return m_report; }
    /// Whether all servers tell what the topics declare, as far as we know.
    [[nodiscard]] bool isSettled() const;

   private:
    void offersChanged();

    const HostView& m_host;
    const BridgeOptions m_options;
    ToldReport m_report;
    std::vector<std::unique_ptr<DhcpBackend>> m_backends;
    std::vector<std::unique_ptr<DhcpServer>> m_servers;
    std::optional<ServedOffers> m_served;
    std::shared_ptr<const Offers> m_offers;
    bridge::Leaving m_leaving;
};

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
// Reports what the clients of each VLAN are told: topic, conditions, events and metrics. Makes no decisions.
#pragma once

#include <set>

#include "core/told_book.h"
#include "dhcp_backend.h"
#include "fos1/publication.h"
#include "metrics/dhcp_metrics.h"

namespace fos1::dhcp {

class ToldReport final {
   public:
    /// `host` outlives the object. Declares the metrics.
    explicit ToldReport(const HostView& host);

    void addServer(const QString& server);
    /// The offers that are being applied; null: none were published yet.
    void begin(const std::shared_ptr<const Offers>& offers, quint64 suppressed);
    void applied(const QString& server, const Applied& result, bool isRepair);
    void failed(const QString& server, const Error& error);
    void stop() { m_published.stop(); }

    /// What a server was last known to tell; null: nothing.
    [[nodiscard]] std::shared_ptr<const SubnetTable> table(const QString& server) const;
    [[nodiscard]] const ToldBook& book() const { return m_book; }
    [[nodiscard]] const std::map<QString, ToldState>& states() const { return m_published.values(); }

   private:
    void show();
    void judge(const QString& server, const Condition& condition);
    void showSubnets(const QString& server);

    const HostView& m_host;
    DhcpMetrics m_metrics;
    ToldBook m_book;
    Offers m_offers;
    std::map<QString, std::shared_ptr<const SubnetTable>> m_tables;  ///< last recorded, by server
    std::map<QString, Condition> m_servers;                          ///< condition of each server
    Publication<ToldState> m_published;
};

}  // namespace fos1::dhcp

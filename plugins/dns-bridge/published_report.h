// SPDX-License-Identifier: GPL-2.0-or-later
// Reports which names each VLAN has: topic, conditions, events and metrics. Makes no decisions.
#pragma once

#include "core/published_book.h"
#include "dns_backend.h"
#include "fos1/publication.h"
#include "fos1/slices.h"
#include "metrics/dns_metrics.h"

namespace fos1::dns {

class PublishedReport final {
   public:
    /// `host` outlives the object. Declares the metrics.
    explicit PublishedReport(const HostView& host);

    void addZone(const QString& zone);
    /// The offers that are being applied, with the problems of their plan by VLAN; null: no others than before.
    void begin(const std::shared_ptr<const Offers>& offers, const std::map<QString, QString>& problems,
               quint64 suppressed);
    void applied(const QString& zone, const Applied& result, bool isRepair);
    /// `table`: what is known all the same; may be null.
    void failed(const QString& zone, const Trouble& trouble, const std::shared_ptr<const ZoneTable>& table);
    void stop() {
        m_showing.stop();
        m_published.stop();
    }

    [[nodiscard]] const PublishedBook& book() const { return m_book; }
    [[nodiscard]] const std::map<QString, PublishedState>& states() const { return m_published.values(); }

   private:
    void showAll();
    [[nodiscard]] bool showOne();
    void judge(const QString& zone, const Condition& condition);
    void showForeign(const QString& zone);
    void showProblems();
    void take(const QString& zone, const std::shared_ptr<const ZoneTable>& table);

    const HostView& m_host;
    DnsMetrics m_metrics;
    PublishedBook m_book;
    std::shared_ptr<const Offers> m_offers = std::make_shared<const Offers>();
    std::map<QString, QString> m_problems;                         ///< of the plan, by VLAN
    std::map<QString, std::shared_ptr<const ZoneTable>> m_tables;  ///< last recorded, by zone
    std::map<QString, Condition> m_zones;                          ///< condition of each zone
    Publication<PublishedState> m_published;
    std::set<QString> m_due;  ///< VLANs whose state may have changed
    Slices m_showing{[this] { return showOne(); }};
};

}  // namespace fos1::dns

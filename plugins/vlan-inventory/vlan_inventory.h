// SPDX-License-Identifier: GPL-2.0-or-later
// Connects VLAN resources with the kernel's links, and publishes changes: topic, status, events, metrics. vlan_table
// decides which link belongs to which VLAN.
#pragma once

#include <QObject>
#include <optional>
#include <vector>

#include "core/vlan_table.h"
#include "fos1/plugin.h"
#include "fos1/slices.h"
#include "metrics/vlan_metrics.h"
#include "netlink/link_monitor.h"

namespace fos1::vlan {

class VlanInventory final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the object. Declares the metrics.
    explicit VlanInventory(const HostView& host);

    /// Returns an empty string, or why the kernel's links cannot be monitored.
    [[nodiscard]] QString start();

    /// Applies all VLAN resources. `ticket` is completed when all are published. This requires that the links are
    /// known, which they are after the first turns of the loop: a link that has not been read yet is not missing.
    void reconcile(const std::vector<DesiredObject>& objects, Ticket ticket);

    void stop(Ticket ticket);

    /// The state of each VLAN, according to the kernel's latest report.
    [[nodiscard]] const std::vector<VlanEntry>& vlans() const { return m_wanted; }

   private:
    void refuse(const DesiredObject& object, const QString& why) const;
    void onLinksChanged();
    void onTroubled(const QString& why);
    void takeSpecs();
    void look();
    bool tellNext();
    void finish();
    void tell(const VlanEntry& entry, const VlanEntry* before);
    void tellOfLink(const VlanEntry& entry, const VlanEntry& before) const;

    const HostView& m_host;
    LinkMonitor m_monitor;
    VlanMetrics m_metrics;
    std::vector<VlanSpec> m_specs;                 ///< ordered by age, oldest first
    std::vector<VlanEntry> m_wanted;               ///< the state to be published, in the order of m_specs
    std::vector<std::optional<VlanEntry>> m_told;  ///< the published state, in the same order
    std::size_t m_position = 0;                    ///< in m_wanted: entries before it are published
    Slices m_slices;
    QString m_mistakes;              ///< of objects that were left out
    std::optional<Ticket> m_ticket;  ///< of the reconcile under way
    bool m_isTaken = false;          ///< m_wanted and m_told belong to m_specs
};

}  // namespace fos1::vlan

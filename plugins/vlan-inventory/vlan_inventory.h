// SPDX-License-Identifier: GPL-2.0-or-later
// Brings VLAN resources and the kernel's links together, and tells what changed: topic, status, events, metrics. Which
// link is whose is decided in vlan_table.
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

    /// Empty, or why the kernel's links cannot be followed.
    [[nodiscard]] QString start();

    /// All VLAN resources. `ticket` is completed when all is told, for which the links must be known, as they are from
    /// the start's first turns of the loop on: what is not read yet is not missing.
    void reconcile(const std::vector<DesiredObject>& objects, Ticket ticket);

    void stop(Ticket ticket);

    /// How each VLAN is, by what the kernel reported last.
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
    std::vector<VlanSpec> m_specs;                 ///< the older ones first
    std::vector<VlanEntry> m_wanted;               ///< to be told, in the order of m_specs
    std::vector<std::optional<VlanEntry>> m_told;  ///< in the same order
    std::size_t m_position = 0;                    ///< in m_wanted: those before it are told
    Slices m_slices;
    QString m_mistakes;              ///< of objects that are left out
    std::optional<Ticket> m_ticket;  ///< of the reconcile under way
    bool m_isTaken = false;          ///< m_wanted and m_told are those of m_specs
};

}  // namespace fos1::vlan

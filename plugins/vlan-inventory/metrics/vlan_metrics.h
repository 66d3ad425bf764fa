// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the VLANs. Must not know links.
#pragma once

#include <set>
#include <vector>

#include "core/vlan_table.h"
#include "fos1/plugin.h"

namespace fos1::vlan {

class VlanMetrics {
   public:
    /// The number of VLANs with a series of their own, the first by name. A node's metrics are bounded.
    static constexpr std::size_t kMostSeries = 1000;

    /// Declares the metrics; only in start().
    explicit VlanMetrics(IMetrics& metrics);

    /// Shows all VLANs.
    void show(const std::vector<VlanEntry>& entries);
    /// Updates one VLAN that was shown.
    void showUp(const VlanEntry& entry);
    void showResyncs(quint64 count);

   private:
    [[nodiscard]] bool isShown(const VlanEntry& entry) const;

    std::set<QString> m_named;  ///< the VLANs that have a series
    Metric m_vlans;
    Metric m_up;
    Metric m_resyncs;
};

}  // namespace fos1::vlan

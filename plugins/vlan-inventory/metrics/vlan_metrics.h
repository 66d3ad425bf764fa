// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the VLANs. Knows no links.
#pragma once

#include <set>
#include <vector>

#include "core/vlan_table.h"
#include "fos1/plugin.h"

namespace fos1::vlan {

class VlanMetrics {
   public:
    /// So many VLANs have a series of their own, the first by name; a node's metrics have a bound.
    static constexpr std::size_t kMostSeries = 1000;

    /// Declares them; only in start().
    explicit VlanMetrics(IMetrics& metrics);

    /// All of them.
    void show(const std::vector<VlanEntry>& entries);
    /// One of those that were shown.
    void showUp(const VlanEntry& entry);
    void showResyncs(quint64 count);

   private:
    [[nodiscard]] bool isShown(const VlanEntry& entry) const;

    std::set<QString> m_named;  ///< who has a series
    Metric m_vlans;
    Metric m_up;
    Metric m_resyncs;
};

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the VLANs. Knows no links.
#pragma once

#include <vector>

#include "core/vlan_table.h"
#include "fos1/plugin.h"

namespace fos1::vlan {

class VlanMetrics {
   public:
    /// Declares them; only in start().
    explicit VlanMetrics(IMetrics& metrics);

    /// All of them.
    void show(const std::vector<VlanEntry>& entries);
    /// One of those that were shown.
    void showUp(const VlanEntry& entry);
    void showResyncs(quint64 count);

   private:
    Metric m_vlans;
    SeriesFamily m_up;
    Metric m_unnamed;
    Metric m_resyncs;
};

}  // namespace fos1::vlan

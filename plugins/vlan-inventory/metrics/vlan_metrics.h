// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the VLANs. Must not know links.
#pragma once

#include <vector>

#include "core/vlan_table.h"
#include "fos1/plugin.h"

namespace fos1::vlan {

class VlanMetrics {
   public:
    /// Declares the metrics; only in start().
    explicit VlanMetrics(IMetrics& metrics);

    /// Shows all VLANs.
    void show(const std::vector<VlanEntry>& entries);
    /// Updates one VLAN that was shown.
    void showUp(const VlanEntry& entry);
    void showResyncs(quint64 count);

   private:
    Metric m_vlans;
    SeriesFamily m_up;
    Metric m_unnamed;
    Metric m_resyncs;
};

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/vlan_metrics.h"

namespace fos1::vlan {

namespace {

Metric::Labels labels(const VlanEntry& entry) { return {{QStringLiteral("vlan"), entry.key.name}}; }

}  // namespace

VlanMetrics::VlanMetrics(IMetrics& metrics)
    : m_vlans(gauge(metrics, "vlan_inventory_vlans", "Number of VLAN resources.")),
      m_up(gauge(metrics, "vlan_inventory_up",
                 "1 when the VLAN's link exists and is up, else 0; only for the first 1000 VLANs by name.", "vlan")),
      m_unnamed(gauge(metrics, "vlan_inventory_vlans_without_series",
                      "Number of VLANs that have no series of their own because there are too many.")),
      m_resyncs(counter(metrics, "vlan_inventory_resyncs_total",
                        "How often all links and addresses were read again because notifications were lost.")) {
    m_vlans.set(0);
    m_unnamed.set(0);
    showResyncs(0);
}

void VlanMetrics::show(const std::vector<VlanEntry>& entries) {
    Metric::Series series;
    for (const VlanEntry& entry : entries)
        if (entry.finding != Finding::NameTaken) series[labels(entry)] = entry.state.up ? 1 : 0;
    m_vlans.set(static_cast<qint64>(entries.size()));
    m_up.update(series);
    m_unnamed.set(static_cast<qint64>(m_up.dropped()));
}

void VlanMetrics::showUp(const VlanEntry& entry) {
    if (entry.finding != Finding::NameTaken) m_up.set(labels(entry), entry.state.up ? 1 : 0);
}

void VlanMetrics::showResyncs(quint64 count) { m_resyncs.set(static_cast<qint64>(count)); }

}  // namespace fos1::vlan

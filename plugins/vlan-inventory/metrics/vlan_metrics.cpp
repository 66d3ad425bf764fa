// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/vlan_metrics.h"

namespace fos1::vlan {

namespace {

Metric::Labels labels(const VlanEntry& entry) { return {{QStringLiteral("vlan"), entry.key.name}}; }

}  // namespace

VlanMetrics::VlanMetrics(IMetrics& metrics)
    : m_vlans(metrics, MetricType::Gauge, QStringLiteral("vlan_inventory_vlans"),
              QStringLiteral("Number of VLAN resources.")),
      m_up(metrics, MetricType::Gauge, QStringLiteral("vlan_inventory_up"),
           QStringLiteral("1 when the VLAN's link exists and is up, else 0; only for the first 1000 VLANs by name."),
           QStringLiteral("vlan")),
      m_resyncs(metrics, MetricType::Counter, QStringLiteral("vlan_inventory_resyncs_total"),
                QStringLiteral("How often all links and addresses were read again because notifications were lost.")) {
    m_vlans.set(0);
    showResyncs(0);
}

void VlanMetrics::show(const std::vector<VlanEntry>& entries) {
    m_named.clear();
    for (const VlanEntry& entry : entries) m_named.insert(entry.key.name);
    while (m_named.size() > kMostSeries) m_named.erase(std::prev(m_named.end()));
    std::map<Metric::Labels, qint64> series;
    for (const VlanEntry& entry : entries)
        if (isShown(entry)) series[labels(entry)] = entry.state.up ? 1 : 0;
    m_vlans.set(static_cast<qint64>(entries.size()));
    m_up.update(series);
}

void VlanMetrics::showUp(const VlanEntry& entry) {
    if (isShown(entry)) m_up.set(labels(entry), entry.state.up ? 1 : 0);
}

bool VlanMetrics::isShown(const VlanEntry& entry) const {
    return entry.finding != Finding::NameTaken && m_named.contains(entry.key.name);
}

void VlanMetrics::showResyncs(quint64 count) { m_resyncs.set(static_cast<qint64>(count)); }

}  // namespace fos1::vlan

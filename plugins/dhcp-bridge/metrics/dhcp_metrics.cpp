// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/dhcp_metrics.h"

#include <algorithm>

namespace fos1::dhcp {

namespace {

const QString kVlan = QStringLiteral("vlan");
const QString kFamily = QStringLiteral("family");
const QString kServer = QStringLiteral("server");

Metric::Labels of(const QString& server) { return {{kServer, server}}; }

}  // namespace

DhcpMetrics::DhcpMetrics(IMetrics& metrics)
    : m_told(
          gauge(metrics, "dhcp_told_subnets",
                "Number of subnets whose clients are told the NTP servers of their VLAN, by VLAN and family (ipv4 or "
                "ipv6); only for the first VLANs by name.",
                "vlan,family")),
      m_unnamed(gauge(metrics, "dhcp_told_subnets_without_series",
                      "Number of series of dhcp_told_subnets that are not exported because there are too many.")),
      m_up(gauge(metrics, "dhcp_server_up", "1 when the DHCP server tells what it should, else 0.", kServer)),
      m_writes(counter(metrics, "dhcp_writes_total", "Changes of a DHCP server's configuration.", kServer)),
      m_failures(
          counter(metrics, "dhcp_failures_total", "Attempts to check or change a DHCP server that failed.", kServer)),
      m_writeSeconds(counter(metrics, "dhcp_write_seconds_total",
                             "Total time that the changes of a DHCP server's configuration took.", kServer, 9)),
      m_repairs(counter(metrics, "dhcp_drift_repairs_total",
                        "Number of times a DHCP server had to be told again what had not changed.", kServer)),
      m_suppressed(counter(metrics, "dhcp_suppressed_changes_total",
                           "Changes of a VLAN that were not made because the next one followed too soon.")) {
    m_unnamed.set(0);
    m_suppressed.set(0);
}

void DhcpMetrics::addServer(const QString& server) {
    m_counts[server] = {};
    for (Metric* metric : {&m_up, &m_writes, &m_failures, &m_writeSeconds, &m_repairs}) metric->set(of(server), 0);
}

void DhcpMetrics::showTold(const std::map<QString, ToldState>& vlans) {
    Metric::Series all;
    for (const auto& [name, state] : vlans)
        for (const ToldSubnet& each : state.subnets) {
            const bool isV6 = each.subnet.contains(u':');
            all[{{kVlan, name}, {kFamily, isV6 ? QStringLiteral("ipv6") : QStringLiteral("ipv4")}}] +=
                each.told && each.owned ? 1 : 0;
        }
    m_told.update(all);
    m_unnamed.set(static_cast<qint64>(m_told.dropped()));
}

void DhcpMetrics::showUp(const QString& server, bool isUp) { m_up.set(of(server), isUp ? 1 : 0); }

void DhcpMetrics::countWrite(const QString& server, std::chrono::nanoseconds took) {
    Counts& counts = m_counts[server];
    m_writes.set(of(server), ++counts.written);
    counts.took += took;
    m_writeSeconds.set(of(server), counts.took.count());
}

void DhcpMetrics::countFailure(const QString& server) { m_failures.set(of(server), ++m_counts[server].failed); }

void DhcpMetrics::countRepair(const QString& server) { m_repairs.set(of(server), ++m_counts[server].repaired); }

}  // namespace fos1::dhcp

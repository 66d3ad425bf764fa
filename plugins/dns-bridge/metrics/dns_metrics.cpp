// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/dns_metrics.h"

namespace fos1::dns {

namespace {

const QString kZone = QStringLiteral("zone");

Metric::Labels labelsOf(const QString& zone) { return {{kZone, zone}}; }

}  // namespace

DnsMetrics::DnsMetrics(IMetrics& metrics)
    : m_published(gauge(metrics, "dns_published_names", "Number of names that a zone has of this node.", kZone)),
      m_foreign(gauge(metrics, "dns_foreign_names",
                      "Number of names that are not published because somebody else owns them.", kZone)),
      m_up(gauge(metrics, "dns_zone_up", "1 when the zone has the names that it should, else 0.", kZone)),
      m_updates(counter(metrics, "dns_updates_total", "Updates of a zone, or writes of its file.", kZone)),
      m_failures(counter(metrics, "dns_failures_total", "Attempts to check or change a zone that failed.", kZone)),
      m_seconds(counter(metrics, "dns_update_seconds_total", "Total time that the changes of a zone took.", kZone, 9)),
      m_repairs(counter(metrics, "dns_drift_repairs_total",
                        "Number of times names had to be published again that had not changed.", kZone)),
      m_suppressed(counter(metrics, "dns_suppressed_changes_total",
                           "Changes of a VLAN that were not made because the next one followed too soon.")) {
    m_suppressed.set(0);
}

void DnsMetrics::addZone(const QString& zone) {
    m_counts[zone] = {};
    for (Metric* metric : {&m_published, &m_foreign, &m_up, &m_updates, &m_failures, &m_seconds, &m_repairs})
        metric->set(labelsOf(zone), 0);
}

void DnsMetrics::showNames(const QString& zone, const ZoneRows& rows) {
    m_published.set(labelsOf(zone), rows.count(NameStanding::Published));
    m_foreign.set(labelsOf(zone), rows.count(NameStanding::Foreign));
}

void DnsMetrics::showUp(const QString& zone, bool isUp) { m_up.set(labelsOf(zone), isUp ? 1 : 0); }

void DnsMetrics::countUpdates(const QString& zone, int updates, std::chrono::nanoseconds took) {
    Counts& counts = m_counts[zone];
    counts.updates += updates;
    counts.took += took;
    m_updates.set(labelsOf(zone), counts.updates);
    m_seconds.set(labelsOf(zone), counts.took.count());
}

void DnsMetrics::countFailure(const QString& zone) { m_failures.set(labelsOf(zone), ++m_counts[zone].failed); }

void DnsMetrics::countRepair(const QString& zone) { m_repairs.set(labelsOf(zone), ++m_counts[zone].repaired); }

}  // namespace fos1::dns

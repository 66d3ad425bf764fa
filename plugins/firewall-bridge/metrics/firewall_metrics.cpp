// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/firewall_metrics.h"

namespace fos1::firewall {

namespace {

const QString kVlan = QStringLiteral("vlan");
const QString kOutcome = QStringLiteral("outcome");

}  // namespace

FirewallMetrics::FirewallMetrics(IMetrics& metrics)
    : m_enforced(gauge(metrics, "firewall_enforced_vlans", "Number of VLANs whose policy the kernel holds.")),
      m_unnamed(gauge(metrics, "firewall_vlans_without_series",
                      "Number of VLANs that have no counters of their own because there are too many.")),
      m_applies(counter(metrics, "firewall_applies_total", "Changes of the kernel's table, by outcome: done or failed.",
                        kOutcome)),
      m_applySeconds(counter(metrics, "firewall_apply_seconds_total",
                             "Total time that the changes of the kernel's table took.", {}, 9)),
      m_repairs(counter(metrics, "firewall_drift_repairs_total",
                        "Number of times the table was restored after another program had changed it.")) {
    const std::tuple<const char*, const char*, Counter EnforcedState::*> kVerdicts[] = {
        {"admitted", "admitted", &EnforcedState::admitted},
        {"refused", "dropped", &EnforcedState::refused},
        {"redirected", "redirected to this node (the first packet of each exchange)", &EnforcedState::redirected}};
    for (const auto& [name, words, verdict] : kVerdicts)
        for (const auto& [what, value] : {std::pair{"packets", &Counter::packets}, std::pair{"bytes", &Counter::bytes}})
            m_counted.push_back(
                {SeriesFamily(counter(
                     metrics, QStringLiteral("firewall_%1_%2_total").arg(QLatin1String(name), QLatin1String(what)),
                     QStringLiteral("NTP %1, by VLAN, in %2; only for the first 1000 VLANs by name.")
                         .arg(QLatin1String(words), QLatin1String(what)),
                     kVlan)),
                 verdict, value});
    for (Metric* metric : {&m_enforced, &m_unnamed, &m_repairs, &m_applySeconds}) metric->set(0);
    for (const char* outcome : {"done", "failed"}) m_applies.set({{kOutcome, QLatin1String(outcome)}}, 0);
}

void FirewallMetrics::show(const std::map<QString, EnforcedState>& vlans) {
    for (Counted& each : m_counted) {
        Metric::Series all;
        for (const auto& [name, state] : vlans)
            all.emplace_hint(all.end(), Metric::Labels{{kVlan, name}},
                             static_cast<qint64>((state.*each.verdict).*each.value));
        each.series.update(all);
    }
    m_unnamed.set(static_cast<qint64>(m_counted.front().series.dropped()));
}

void FirewallMetrics::countApply(bool isDone, std::chrono::nanoseconds took) {
    qint64& count = isDone ? m_done : m_failed;
    m_applies.set({{kOutcome, isDone ? QStringLiteral("done") : QStringLiteral("failed")}}, ++count);
    m_took += took;
    m_applySeconds.set(m_took.count());
}

void FirewallMetrics::countRepair() { m_repairs.set(++m_repaired); }

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/firewall_metrics.h"

#include <algorithm>

namespace fos1::firewall {

namespace {

const QString kVlan = QStringLiteral("vlan");
const QString kOutcome = QStringLiteral("outcome");

bool isLess(const Counter& a, const Counter& b) { return a.packets < b.packets || a.bytes < b.bytes; }

}  // namespace

FirewallMetrics::FirewallMetrics(IMetrics& metrics)
    : m_enforced(metrics, MetricType::Gauge, QStringLiteral("firewall_enforced_vlans"),
                 QStringLiteral("Number of VLANs whose policy the kernel holds.")),
      m_applies(metrics, MetricType::Counter, QStringLiteral("firewall_applies_total"),
                QStringLiteral("Changes of the kernel's table, by outcome: done or failed."), kOutcome),
      m_applySeconds(metrics, MetricType::Counter, QStringLiteral("firewall_apply_seconds_total"),
                     QStringLiteral("Total time that the changes of the kernel's table took."), {}, 9),
      m_repairs(metrics, MetricType::Counter, QStringLiteral("firewall_drift_repairs_total"),
                QStringLiteral("Number of times the table was restored after another program had changed it.")) {
    const std::tuple<const char*, const char*, Counter EnforcedState::*> kVerdicts[] = {
        {"admitted", "admitted", &EnforcedState::admitted},
        {"refused", "dropped", &EnforcedState::refused},
        {"redirected", "redirected to this node (the first packet of each exchange)", &EnforcedState::redirected}};
    for (const auto& [name, words, counter] : kVerdicts)
        for (const auto& [what, value] : {std::pair{"packets", &Counter::packets}, std::pair{"bytes", &Counter::bytes}})
            m_counted.push_back(
                {Metric(metrics, MetricType::Counter,
                        QStringLiteral("firewall_%1_%2_total").arg(QLatin1String(name), QLatin1String(what)),
                        QStringLiteral("NTP %1, by VLAN, in %2; only for the first 1000 VLANs by name.")
                            .arg(QLatin1String(words), QLatin1String(what)),
                        kVlan),
                 counter, value});
    m_enforced.set(0);
    m_repairs.set(0);
    m_applySeconds.set(0);
    for (const char* outcome : {"done", "failed"}) m_applies.set({{kOutcome, QLatin1String(outcome)}}, 0);
}

/// Most VLANs are idle, and unchanged values are not set again.
void FirewallMetrics::show(const std::map<QString, EnforcedState>& vlans) {
    const bool areSame = std::equal(vlans.begin(), vlans.end(), m_shown.begin(), m_shown.end(),
                                    [](const auto& a, const auto& b) { return a.first == b.first; });
    for (Counted& each : m_counted) {
        const auto value = [&](const EnforcedState& state) {
            return static_cast<qint64>((state.*each.counter).*each.value);
        };
        bool isReset = false;
        std::map<Metric::Labels, qint64> changed;
        for (const auto& [name, state] : vlans) {
            const auto before = m_shown.find(name);
            const bool isKnown = before != m_shown.end();
            isReset = isReset || (isKnown && isLess(state.*each.counter, before->second.*each.counter));
            if (!areSame || !isKnown || value(state) != value(before->second))
                changed.emplace(Metric::Labels{{kVlan, name}}, value(state));
        }
        if (areSame && !isReset) {
            for (const auto& [labels, count] : changed) each.metric.set(labels, count);
            continue;
        }
        // A reset counter needs a new series, because a decrease is refused. Prometheus handles the reset.
        if (isReset) each.metric.update({});
        std::map<Metric::Labels, qint64> all;
        for (const auto& [name, state] : vlans) all.emplace(Metric::Labels{{kVlan, name}}, value(state));
        each.metric.update(all);
    }
    m_shown = vlans;
}

void FirewallMetrics::countApply(bool isDone, std::chrono::nanoseconds took) {
    qint64& count = isDone ? m_done : m_failed;
    m_applies.set({{kOutcome, isDone ? QStringLiteral("done") : QStringLiteral("failed")}}, ++count);
    m_took += took;
    m_applySeconds.set(m_took.count());
}

void FirewallMetrics::countRepair() { m_repairs.set(++m_repaired); }

}  // namespace fos1::firewall

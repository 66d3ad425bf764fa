// SPDX-License-Identifier: GPL-2.0-or-later
#include "enforcement_report.h"

#include <algorithm>

#include "core/firewall_plan.h"

namespace fos1::firewall {

namespace {

Counter of(const std::map<QString, Counter>& all, const QString& interface) {
    const auto found = all.find(interface);
    return found == all.end() ? Counter() : found->second;
}

}  // namespace

EnforcementReport::EnforcementReport(IBus& bus, FirewallMetrics& metrics)
    : m_metrics(metrics), m_published(bus, [this] { countEnforced(); }) {}

void EnforcementReport::show(const QString& vlan, const time::ServiceState& state, const QString& problem) {
    Vlan& known = m_vlans[vlan];
    if (known.state.interface != state.interface) known.state = {};
    known.state.interface = state.interface;
    known.state.policy = policyWords(state);
    known.problem = problem;
    judge(vlan, known);
}

void EnforcementReport::drop(const QString& vlan) {
    if (m_vlans.erase(vlan) == 0) return;
    m_published.retract(vlan, QStringLiteral("nothing is declared for the VLAN any more"));
}

void EnforcementReport::setInForce(bool isInForce) {
    if (std::exchange(m_isInForce, isInForce) == isInForce) return;
    for (auto& [name, vlan] : m_vlans) judge(name, vlan);
}

void EnforcementReport::judge(const QString& name, Vlan& vlan) {
    vlan.state.reason = vlan.state.interface.isEmpty() ? QStringLiteral("The VLAN has no link.")
                        : !vlan.problem.isEmpty()      ? vlan.problem
                        : m_isInForce                  ? QString()
                                                       : QStringLiteral("The kernel did not take the table.");
    vlan.state.enforced = vlan.state.reason.isEmpty();
    m_published.set(name, vlan.state);
}

void EnforcementReport::count(const Counters& counters) {
    std::map<QString, EnforcedState> shown;
    for (auto& [name, vlan] : m_vlans) {
        EnforcedState state = vlan.state;
        state.admitted = of(counters.admitted, state.interface);
        state.refused = of(counters.refused, state.interface);
        state.redirected = of(counters.diverted, state.interface);
        if (!(state == vlan.state)) {
            vlan.state = state;
            m_published.set(name, state);
        }
        if (shown.size() < FirewallMetrics::kMostSeries) shown.emplace_hint(shown.end(), name, std::move(state));
    }
    m_metrics.show(shown);
}

void EnforcementReport::countEnforced() const {
    m_metrics.showEnforced(
        std::count_if(m_vlans.begin(), m_vlans.end(), [](const auto& each) { return each.second.state.enforced; }));
}

}  // namespace fos1::firewall

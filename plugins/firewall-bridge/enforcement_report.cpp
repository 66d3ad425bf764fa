// SPDX-License-Identifier: GPL-2.0-or-later
#include "enforcement_report.h"

#include <QElapsedTimer>
#include <algorithm>

#include "firewall_plan.h"
#include "fos1/topic.h"

namespace fos1::firewall {

namespace {

/// A call of the host may take 50 ms.
constexpr std::chrono::milliseconds kSlice{15};

Counter of(const std::map<QString, Counter>& all, const QString& interface) {
    const auto found = all.find(interface);
    return found == all.end() ? Counter() : found->second;
}

}  // namespace

EnforcementReport::EnforcementReport(const HostView& host, FirewallMetrics& metrics)
    : m_host(host), m_metrics(metrics) {
    m_telling.setSingleShot(true);
    m_telling.setInterval(0);
    connect(&m_telling, &QTimer::timeout, this, &EnforcementReport::tellSome);
}

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
    m_due.erase(vlan);
    m_host.bus().retract(QString::fromLatin1(EnforcedState::kTopic), vlan,
                         QStringLiteral("nothing is declared for the VLAN any more"));
    countEnforced();
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
    m_due.insert(name);
    m_telling.start();
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
            m_due.insert(name);
            m_telling.start();
        }
        if (shown.size() < FirewallMetrics::kMostSeries) shown.emplace_hint(shown.end(), name, std::move(state));
    }
    m_metrics.show(shown);
}

void EnforcementReport::countEnforced() const {
    m_metrics.showEnforced(
        std::count_if(m_vlans.begin(), m_vlans.end(), [](const auto& each) { return each.second.state.enforced; }));
}

/// In slices: a router has thousands of VLANs.
void EnforcementReport::tellSome() {
    QElapsedTimer timer;
    timer.start();
    while (!m_due.empty()) {
        if (timer.elapsed() > kSlice.count()) {
            m_telling.start();
            return;
        }
        const QString name = m_due.extract(m_due.begin()).value();
        publish(m_host.bus(), name, m_vlans.at(name).state);
    }
    countEnforced();
}

}  // namespace fos1::firewall

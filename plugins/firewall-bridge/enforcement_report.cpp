// SPDX-License-Identifier: GPL-2.0-or-later
#include "enforcement_report.h"

#include <algorithm>

#include "nft/table_text.h"

namespace fos1::firewall {

namespace {

const QString kDegraded = QStringLiteral("Degraded");

Counter of(const std::map<QString, Counter>& all, const QString& interface) {
    const auto found = all.find(interface);
    return found == all.end() ? Counter() : found->second;
}

}  // namespace

EnforcementReport::EnforcementReport(const HostView& host)
    : m_host(host), m_metrics(host.metrics()), m_published(host.bus(), [this] { countEnforced(); }) {}

void EnforcementReport::begin(std::set<QString> changed, const VlanStates& vlans, std::map<QString, QString> problems) {
    for (const auto* known : {&m_problems, &problems})
        for (const auto& [name, problem] : *known) changed.insert(name);
    for (const QString& name : changed) {
        const auto vlan = vlans.find(name);
        m_begun[name] = vlan == vlans.end() ? std::nullopt : std::optional(vlan->second);
    }
    m_problems = std::move(problems);
}

void EnforcementReport::beginOwnSources(const std::set<net::IpAddress>& addresses) {
    m_begunSources.clear();
    for (const net::IpAddress& each : addresses) m_begunSources.append(each.text());
}

void EnforcementReport::applied(std::chrono::nanoseconds took) {
    m_metrics.countApply(true, took);
    m_ownSources = m_begunSources;
    end(true);
    if (m_problems.empty()) {
        m_host.setCondition(good(kDegraded, "Enforced", "The kernel holds the policies of all VLANs."));
        return;
    }
    const auto& [who, why] = *m_problems.begin();
    m_host.setCondition(
        bad(kDegraded, "PartlyEnforced",
            QStringLiteral("%1 VLANs or groups are not fully enforced. %2: %3").arg(m_problems.size()).arg(who, why)));
}

void EnforcementReport::refused(const Error& error) {
    m_metrics.countApply(false, std::chrono::nanoseconds(0));
    const bool isRight = error.code == ErrorCode::Refused;
    m_host.setCondition(
        bad(kDegraded, isRight ? "NotPermitted" : "KernelRefuses",
            QStringLiteral("The policies are not enforced: %1.%2")
                .arg(error.text(), isRight ? QStringLiteral(" The host needs CAP_NET_ADMIN.") : QString())));
    end(false);
}

void EnforcementReport::nothingToEnforce() const {
    m_host.setCondition(
        good(kDegraded, "NothingToEnforce", "No VLAN's time service has been published yet; the table is unchanged."));
}

void EnforcementReport::noAnswer(std::chrono::seconds since) const {
    m_host.setCondition(bad(kDegraded, "NoAnswer",
                            QStringLiteral("The kernel's netfilter has not answered for %1 s.").arg(since.count())));
}

void EnforcementReport::repaired() {
    m_metrics.countRepair();
    m_host.warning(
        QStringLiteral("TableRepaired"),
        QStringLiteral("Another program had changed table %1; it has been restored.").arg(QLatin1String(kTable)));
}

void EnforcementReport::end(bool isInForce) {
    if (std::exchange(m_isInForce, isInForce) != isInForce)
        for (auto& [name, vlan] : m_vlans) judge(name, vlan);
    for (const auto& [name, state] : std::exchange(m_begun, {})) {
        if (state)
            show(name, *state);
        else if (m_vlans.erase(name) > 0)
            m_published.retract(name, QStringLiteral("the VLAN no longer has a declared policy"));
    }
}

void EnforcementReport::show(const QString& name, const time::ServiceState& state) {
    Vlan& known = m_vlans[name];
    if (known.state.interface != state.interface) known.state = {};
    known.state.interface = state.interface;
    known.state.policy = policyWords(state);
    known.state.redirect = state.accepting && state.redirect;
    const auto problem = m_problems.find(name);
    known.problem = problem == m_problems.end() ? QString() : problem->second;
    judge(name, known);
}

void EnforcementReport::judge(const QString& name, Vlan& vlan) {
    vlan.state.reason = vlan.state.interface.isEmpty() ? QStringLiteral("The VLAN has no link.")
                        : !vlan.problem.isEmpty()      ? vlan.problem
                        : m_isInForce                  ? QString()
                                                       : QStringLiteral("The kernel refused the table.");
    vlan.state.enforced = vlan.state.reason.isEmpty();
    m_published.set(name, vlan.state);
}

void EnforcementReport::count(const Counters& counters) {
    for (auto& [name, vlan] : m_vlans) {
        EnforcedState state = vlan.state;
        state.admitted = of(counters.admitted, state.interface);
        state.refused = of(counters.refused, state.interface);
        state.redirected = of(counters.diverted, state.interface);
        if (!(state == vlan.state)) {
            vlan.state = state;
            m_published.set(name, state);
        }
    }
    m_metrics.show(states());
}

void EnforcementReport::countEnforced() {
    m_metrics.showEnforced(
        std::count_if(m_vlans.begin(), m_vlans.end(), [](const auto& each) { return each.second.state.enforced; }));
}

std::map<QString, EnforcedState> EnforcementReport::states() const {
    std::map<QString, EnforcedState> all;
    for (const auto& [name, vlan] : m_vlans) all.emplace_hint(all.end(), name, vlan.state);
    return all;
}

}  // namespace fos1::firewall

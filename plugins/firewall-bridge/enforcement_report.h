// SPDX-License-Identifier: GPL-2.0-or-later
// Reports what is enforced in each VLAN and what was counted there: topic, condition, event and metrics. Decides
// nothing.
#pragma once

#include <map>
#include <set>

#include "core/firewall_plan.h"
#include "fos1/publication.h"
#include "metrics/firewall_metrics.h"
#include "model/enforced_state.h"

namespace fos1::firewall {

class EnforcementReport final {
   public:
    /// `host` outlives the object. Declares the metrics.
    explicit EnforcementReport(const HostView& host);

    /// What the apply that begins now enforces, of `vlans` those that `changed`. `problems`: why policies are not in
    /// the plan, by VLAN or group.
    void begin(std::set<QString> changed, const VlanStates& vlans, std::map<QString, QString> problems);
    /// The kernel holds it.
    void applied(std::chrono::nanoseconds took);
    void refused(const Error& error);

    void nothingToEnforce() const;
    void noAnswer(std::chrono::seconds since) const;
    /// Somebody else had changed the table, and it is as declared again.
    void repaired();
    /// Of all VLANs.
    void count(const Counters& counters);
    void stop() { m_published.stop(); }

    /// By VLAN, with the counters that were read last.
    [[nodiscard]] std::map<QString, EnforcedState> states() const;

   private:
    struct Vlan {
        EnforcedState state;
        QString problem;
    };
    void end(bool isInForce);
    void show(const QString& name, const time::ServiceState& state);
    void judge(const QString& name, Vlan& vlan);
    void countEnforced();

    const HostView& m_host;
    FirewallMetrics m_metrics;
    std::map<QString, Vlan> m_vlans;
    std::map<QString, std::optional<time::ServiceState>> m_begun;  ///< since the last end; none: the VLAN is gone
    std::map<QString, QString> m_problems;                         ///< of all, with it
    bool m_isInForce = false;
    Publication<EnforcedState> m_published;
};

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// Reports what is enforced in each VLAN and its counters: topic, condition, event and metrics. Makes no decisions.
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

    /// An apply begins. Of `vlans` it enforces those in `changed`. `problems`: why policies are not in the plan, by
    /// VLAN or group.
    void begin(std::set<QString> changed, const VlanStates& vlans, std::map<QString, QString> problems);
    /// The time sources whose requests that apply does not divert.
    void beginOwnSources(const std::set<net::IpAddress>& addresses);
    /// The kernel holds the plan.
    void applied(std::chrono::nanoseconds took);
    void refused(const Error& error);

    void nothingToEnforce() const;
    void noAnswer(std::chrono::seconds since) const;
    /// Another program had changed the table; it has now been restored.
    void repaired();
    /// Reports the counters of all VLANs.
    void count(const Counters& counters);
    void stop() { m_published.stop(); }

    /// The state of each VLAN, with the counters that were last read.
    [[nodiscard]] std::map<QString, EnforcedState> states() const;
    /// The time sources whose requests are not diverted, as the kernel holds them.
    [[nodiscard]] const QStringList& ownSources() const { return m_ownSources; }

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
    std::map<QString, std::optional<time::ServiceState>> m_begun;  ///< since the last end(); no value: the VLAN is gone
    std::map<QString, QString> m_problems;                         ///< of all VLANs, including that apply
    QStringList m_begunSources;
    QStringList m_ownSources;
    bool m_isInForce = false;
    Publication<EnforcedState> m_published;
};

}  // namespace fos1::firewall

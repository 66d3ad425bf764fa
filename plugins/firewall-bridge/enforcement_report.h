// SPDX-License-Identifier: GPL-2.0-or-later
// Reports what is enforced in each VLAN and what was counted there: topic and metrics. Decides nothing.
#pragma once

#include <map>

#include "fos1/publication.h"
#include "metrics/firewall_metrics.h"
#include "model/enforced_state.h"
#include "time/service_state.h"

namespace fos1::firewall {

class EnforcementReport final {
   public:
    /// Both outlive the object.
    EnforcementReport(IBus& bus, FirewallMetrics& metrics);

    /// `problem`: why the policy is not in the table; empty: it is.
    void show(const QString& vlan, const time::ServiceState& state, const QString& problem);
    void drop(const QString& vlan);
    /// Whether the kernel holds the table.
    void setInForce(bool isInForce);
    /// Of all VLANs.
    void count(const Counters& counters);
    void stop() { m_published.stop(); }

   private:
    struct Vlan {
        EnforcedState state;
        QString problem;
    };
    void judge(const QString& name, Vlan& vlan);
    void countEnforced() const;

    FirewallMetrics& m_metrics;
    std::map<QString, Vlan> m_vlans;
    bool m_isInForce = false;
    Publication<EnforcedState> m_published;
};

}  // namespace fos1::firewall

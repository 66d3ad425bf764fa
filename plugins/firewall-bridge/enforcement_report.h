// SPDX-License-Identifier: GPL-2.0-or-later
// Tells what is enforced in each VLAN and what was counted there: topic and metrics. Decides nothing.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <set>

#include "enforced_state.h"
#include "firewall_metrics.h"
#include "fos1/plugin.h"
#include "time/service_state.h"

namespace fos1::firewall {

class EnforcementReport final : public QObject {
    Q_OBJECT

   public:
    /// Both outlive the object.
    EnforcementReport(const HostView& host, FirewallMetrics& metrics);

    /// `problem`: why the policy is not in the table; empty: it is.
    void show(const QString& vlan, const time::ServiceState& state, const QString& problem);
    void drop(const QString& vlan);
    /// Whether the kernel holds the table.
    void setInForce(bool isInForce);
    /// Of all VLANs.
    void count(const Counters& counters);
    void stop() { m_telling.stop(); }

   private:
    struct Vlan {
        EnforcedState state;  ///< as it is told
        QString problem;
    };
    void judge(const QString& name, Vlan& vlan);
    void countEnforced() const;
    void tellSome();

    const HostView& m_host;
    FirewallMetrics& m_metrics;
    std::map<QString, Vlan> m_vlans;
    std::set<QString> m_due;  ///< to be told
    QTimer m_telling;
    bool m_isInForce = false;
};

}  // namespace fos1::firewall

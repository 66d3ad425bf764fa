// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the firewall. Must not know the kernel.
#pragma once

#include <map>

#include "fos1/plugin.h"
#include "model/enforced_state.h"

namespace fos1::firewall {

class FirewallMetrics {
   public:
    /// Declares the metrics; only in start().
    explicit FirewallMetrics(IMetrics& metrics);

    /// Shows the counters of all VLANs; only the first by name have series of their own.
    void show(const std::map<QString, EnforcedState>& vlans);
    void showEnforced(qint64 vlans) { m_enforced.set(vlans); }
    void countApply(bool isDone, std::chrono::nanoseconds took);
    void countRepair();

   private:
    struct Counted {
        SeriesFamily series;
        Counter EnforcedState::*verdict = nullptr;
        quint64 Counter::*value = nullptr;
    };

    std::vector<Counted> m_counted;
    Metric m_enforced;
    Metric m_unnamed;
    Metric m_applies;
    Metric m_applySeconds;
    Metric m_repairs;
    qint64 m_done = 0;
    qint64 m_failed = 0;
    qint64 m_repaired = 0;
    std::chrono::nanoseconds m_took{0};
};

}  // namespace fos1::firewall

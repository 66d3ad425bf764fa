// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the firewall. Must not know the kernel.
#pragma once

#include <map>

#include "fos1/plugin.h"
#include "model/enforced_state.h"

namespace fos1::firewall {

class FirewallMetrics {
   public:
    /// The number of VLANs with series of their own, the first by name. A node's metrics are bounded.
    static constexpr std::size_t kMostSeries = 1000;

    /// Declares the metrics; only in start().
    explicit FirewallMetrics(IMetrics& metrics);

    /// Shows the counters of the first kMostSeries VLANs and removes those of the others.
    void show(const std::map<QString, EnforcedState>& vlans);
    void showEnforced(qint64 vlans) { m_enforced.set(vlans); }
    void countApply(bool isDone, std::chrono::nanoseconds took);
    void countRepair();

   private:
    struct Counted {
        Metric metric;
        Counter EnforcedState::*counter = nullptr;
        quint64 Counter::*value = nullptr;
    };

    std::vector<Counted> m_counted;
    std::map<QString, EnforcedState> m_shown;
    Metric m_enforced;
    Metric m_applies;
    Metric m_applySeconds;
    Metric m_repairs;
    qint64 m_done = 0;
    qint64 m_failed = 0;
    qint64 m_repaired = 0;
    std::chrono::nanoseconds m_took{0};
};

}  // namespace fos1::firewall

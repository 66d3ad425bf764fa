// SPDX-License-Identifier: GPL-2.0-or-later
// How often desired state was applied, with which outcome, and how long this took.
#pragma once

#include <chrono>
#include <map>

#include "fos1/plugin.h"

namespace fos1::ntp {

class ReconcileMetrics {
   public:
    explicit ReconcileMetrics(IMetrics& metrics);

    void started(Ticket ticket, std::chrono::steady_clock::time_point now) { m_started[ticket] = now; }

    /// Ignores a ticket that was not started here: it is not a reconcile.
    void ended(Ticket ticket, Outcome outcome, std::chrono::steady_clock::time_point now);

   private:
    struct Sum {
        qint64 count = 0;
        std::chrono::nanoseconds time{0};
    };

    std::map<Ticket, std::chrono::steady_clock::time_point> m_started;
    std::map<QString, Sum> m_sums;  ///< by outcome
    Metric m_count;
    Metric m_seconds;
};

}  // namespace fos1::ntp

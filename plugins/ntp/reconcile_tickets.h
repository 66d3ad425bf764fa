// SPDX-License-Identifier: GPL-2.0-or-later
// Completes what the host asked for, and counts how it ended.
#pragma once

#include "fos1/plugin.h"
#include "metrics/reconcile_metrics.h"

namespace fos1::ntp {

/// Of a change that nobody but ourselves asked for.
inline constexpr Ticket kNoTicket = 0;

class ReconcileTickets {
   public:
    ReconcileTickets(const HostView& host, ReconcileMetrics& metrics) : m_host(host), m_metrics(metrics) {}

    void started(Ticket ticket) { m_metrics.started(ticket, std::chrono::steady_clock::now()); }

    void succeed(Ticket ticket) {
        if (counted(ticket, Outcome::Ok)) m_host.succeed(ticket);
    }
    void fail(Ticket ticket, const QString& why) {
        if (counted(ticket, Outcome::Failed)) m_host.fail(ticket, why);
    }
    void retry(Ticket ticket, const QString& why) {
        if (counted(ticket, Outcome::Retry)) m_host.retry(ticket, why);
    }

   private:
    bool counted(Ticket ticket, Outcome outcome) {
        if (ticket == kNoTicket) return false;
        m_metrics.ended(ticket, outcome, std::chrono::steady_clock::now());
        return true;
    }

    const HostView& m_host;
    ReconcileMetrics& m_metrics;
};

}  // namespace fos1::ntp

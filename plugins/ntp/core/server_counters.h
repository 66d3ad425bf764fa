// SPDX-License-Identifier: GPL-2.0-or-later
// Counts that only grow, out of chronyd's, which begin anew with each start of chronyd. Pure.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "core/server_facts.h"

namespace fos1::ntp {

class MonotonicCount {
   public:
    /// Takes what is reported now. Less than before: it began anew, and all of it is new.
    void take(quint64 reported) {
        m_total += reported >= m_last ? reported - m_last : reported;
        m_last = reported;
    }
    void beginAnew() { m_last = 0; }
    [[nodiscard]] quint64 total() const { return m_total; }

   private:
    quint64 m_total = 0;
    quint64 m_last = 0;
};

class ServerCounters {
   public:
    /// `own`: how many of the requests were ours since we run. They are left out of what is received.
    void take(const ServerStatistics& reported, std::chrono::steady_clock::time_point at, quint64 own = 0);

    /// chronyd was started: its counts begin at 0, even when they have passed the old ones before the next look.
    void beginAnew();

    /// The sums since we run. A count that this chronyd does not report is absent.
    [[nodiscard]] ServerStatistics totals() const;

    /// Between the last two looks; absent before there were two.
    [[nodiscard]] std::optional<qint64> milliRequestsPerSecond() const { return m_rate; }

   private:
    MonotonicCount m_ntpReceived;
    quint64 m_ntpOfClients = 0;
    MonotonicCount m_ntpDropped;
    MonotonicCount m_commandsReceived;
    MonotonicCount m_commandsDropped;
    MonotonicCount m_keyExchangesAccepted;
    MonotonicCount m_keyExchangesDropped;
    MonotonicCount m_clientRecordsDropped;
    MonotonicCount m_ntpAuthenticated;
    std::optional<MonotonicCount> m_ntpInterleaved;
    /// In the order of ServerTimestamps.
    std::optional<std::array<MonotonicCount, 6>> m_timestamps;
    std::optional<std::chrono::steady_clock::time_point> m_at;
    std::optional<qint64> m_rate;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/server_counters.h"

#include <algorithm>

namespace fos1::ntp {

namespace {

/// The members, in their order.
template <typename Counts>
auto membersOf(Counts& counts) {
    return std::array{&counts.daemonRx, &counts.daemonTx,   &counts.kernelRx,
                      &counts.kernelTx, &counts.hardwareRx, &counts.hardwareTx};
}

}  // namespace

void ServerCounters::take(const ServerStatistics& reported, std::chrono::steady_clock::time_point at, quint64 own) {
    const quint64 before = m_ntpOfClients;
    m_ntpReceived.take(reported.ntpReceived);
    // An answer of ours may be known before chronyd's count of it; the sum only grows.
    m_ntpOfClients = std::max(before, m_ntpReceived.total() - std::min(own, m_ntpReceived.total()));
    m_ntpDropped.take(reported.ntpDropped);
    m_commandsReceived.take(reported.commandsReceived);
    m_commandsDropped.take(reported.commandsDropped);
    m_keyExchangesAccepted.take(reported.keyExchangesAccepted);
    m_keyExchangesDropped.take(reported.keyExchangesDropped);
    m_clientRecordsDropped.take(reported.clientRecordsDropped);
    m_ntpAuthenticated.take(reported.ntpAuthenticated);
    if (reported.ntpInterleaved) {
        if (!m_ntpInterleaved) m_ntpInterleaved.emplace();
        m_ntpInterleaved->take(*reported.ntpInterleaved);
    }
    if (reported.timestamps) {
        if (!m_timestamps) m_timestamps.emplace();
        const auto counts = membersOf(*reported.timestamps);
        for (std::size_t i = 0; i < counts.size(); ++i) (*m_timestamps)[i].take(*counts[i]);
    }
    if (const auto last = std::exchange(m_at, at); last && at > *last) {
        const double seconds = std::chrono::duration<double>(at - *last).count();
        m_rate = std::llround(static_cast<double>(m_ntpOfClients - before) * 1000 / seconds);
    }
}

void ServerCounters::beginAnew() {
    for (MonotonicCount* count :
         {&m_ntpReceived, &m_ntpDropped, &m_commandsReceived, &m_commandsDropped, &m_keyExchangesAccepted,
          &m_keyExchangesDropped, &m_clientRecordsDropped, &m_ntpAuthenticated})
        count->beginAnew();
    if (m_ntpInterleaved) m_ntpInterleaved->beginAnew();
    if (m_timestamps)
        for (MonotonicCount& count : *m_timestamps) count.beginAnew();
    m_at.reset();
    m_rate.reset();
}

ServerStatistics ServerCounters::totals() const {
    ServerStatistics totals;
    totals.ntpReceived = m_ntpOfClients;
    totals.ntpDropped = m_ntpDropped.total();
    totals.commandsReceived = m_commandsReceived.total();
    totals.commandsDropped = m_commandsDropped.total();
    totals.keyExchangesAccepted = m_keyExchangesAccepted.total();
    totals.keyExchangesDropped = m_keyExchangesDropped.total();
    totals.clientRecordsDropped = m_clientRecordsDropped.total();
    totals.ntpAuthenticated = m_ntpAuthenticated.total();
    if (m_ntpInterleaved) totals.ntpInterleaved = m_ntpInterleaved->total();
    if (m_timestamps) {
        const auto counts = membersOf(totals.timestamps.emplace());
        for (std::size_t i = 0; i < counts.size(); ++i) *counts[i] = (*m_timestamps)[i].total();
    }
    return totals;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of those who are served, and of how well chronyd's reports can be had. Decides nothing.
#pragma once

#include "core/client_aggregate.h"
#include "core/observation.h"
#include "core/server_counters.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class ServerMetrics {
   public:
    explicit ServerMetrics(IMetrics& metrics);

    /// `vlans`: which VLAN a client is in.
    void show(const Observation& observation, const NamedPrefixes& vlans);

    /// chronyd was started: what it counts begins at 0. Our counters go on from where they were.
    void chronydStarted() { m_counters.beginAnew(); }

    /// Nothing is measured any more; counters stay.
    void clear();

   private:
    ServerCounters m_counters;
    std::map<Metric::Labels, qint64> m_collected;  ///< one not asked in this look keeps its last outcome
    Metric m_requests;
    Metric m_rate;
    Metric m_dropped;
    Metric m_authenticated;
    Metric m_interleaved;
    Metric m_keyExchanges;
    Metric m_keyExchangesDropped;
    Metric m_commands;
    Metric m_commandsDropped;
    Metric m_recordsDropped;
    Metric m_collectors;
    Metric m_vlanClients;
    Metric m_vlanRequests;
    Metric m_vlanDropped;
};

}  // namespace fos1::ntp

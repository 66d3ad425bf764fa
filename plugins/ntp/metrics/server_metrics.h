// SPDX-License-Identifier: GPL-2.0-or-later
// The metrics of the served clients, and of the availability of chronyd's reports. Makes no decisions.
#pragma once

#include "core/client_aggregate.h"
#include "core/observation.h"
#include "core/server_counters.h"
#include "fos1/plugin.h"

namespace fos1::ntp {

class ServerMetrics {
   public:
    explicit ServerMetrics(IMetrics& metrics);

    /// `vlans` maps a client to its VLAN.
    void show(const Observation& observation, const NamedPrefixes& vlans, const OwnRequests& own = {});

    /// chronyd was started and counts from 0. Our counters continue from their values.
    void chronydStarted() { m_counters.beginAnew(); }

    /// Nothing is measured any more; counters keep their values.
    void clear();

   private:
    void showTimestamps(const ServerStatistics& reported, const ServerStatistics& totals);

    ServerCounters m_counters;
    std::map<Metric::Labels, qint64> m_collected;  ///< a report that this reading does not request keeps its last
                                                   ///< outcome
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
    Metric m_timestamps;
    Metric m_timestampsHeld;
    Metric m_timestampSpan;
    Metric m_collectors;
    Metric m_vlanClients;
    Metric m_vlanRequests;
    Metric m_vlanDropped;
};

}  // namespace fos1::ntp

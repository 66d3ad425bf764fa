// SPDX-License-Identifier: GPL-2.0-or-later
#include "metrics/server_metrics.h"

#include "metrics/metric_declarations.h"

namespace fos1::ntp {

namespace {
constexpr int kThousandths = 3;
const QString kVlanLabel = QStringLiteral("vlan");

Metric::Labels timestampLabels(Timestamping timestamping, const char* direction) {
    return {{QStringLiteral("timestamping"), toText(timestamping)},
            {QStringLiteral("direction"), QLatin1String(direction)}};
}
}  // namespace

ServerMetrics::ServerMetrics(IMetrics& metrics)
    : m_requests(counter(metrics, "ntp_client_requests_total",
                         "NTP packets that chronyd received as a server, without our own questions.")),
      m_rate(gauge(metrics, "ntp_client_requests_rate", "NTP packets received per second since the last reading.", {},
                   kThousandths)),
      m_dropped(counter(metrics, "ntp_client_requests_dropped_total",
                        "NTP packets that chronyd did not answer: denied, over the rate limit or malformed.")),
      m_authenticated(counter(metrics, "ntp_client_requests_authenticated_total",
                              "NTP packets received with valid authentication.")),
      m_interleaved(counter(metrics, "ntp_client_requests_interleaved_total",
                            "NTP packets received in interleaved mode (since chrony 4.2).")),
      m_keyExchanges(counter(metrics, "ntp_nts_ke_accepted_total", "NTS key exchanges that chronyd accepted.")),
      m_keyExchangesDropped(
          counter(metrics, "ntp_nts_ke_dropped_total",
                  "NTS key exchanges that chronyd dropped: over the rate limit or too many at once.")),
      m_commands(
          counter(metrics, "ntp_command_packets_total", "Command packets that chronyd received, including ours.")),
      m_commandsDropped(counter(metrics, "ntp_command_packets_dropped_total",
                                "Command packets that chronyd dropped: denied or over the rate limit.")),
      m_recordsDropped(counter(metrics, "ntp_client_log_records_dropped_total",
                               "Clients that chronyd forgot because its memory for them (clientloglimit) was full.")),
      m_timestamps(counter(metrics, "ntp_server_timestamps_total",
                           "Timestamps of served packets, by what took them (timestamping: daemon, kernel or hardware) "
                           "and direction: rx or tx (since chrony 4.4).",
                           QStringLiteral("timestamping,direction"))),
      m_timestampsHeld(gauge(metrics, "ntp_server_timestamps_held",
                             "Pairs of timestamps held for clients in interleaved mode (since chrony 4.2).")),
      m_timestampSpan(gauge(metrics, "ntp_server_timestamp_span_seconds",
                            "Interval that the held timestamps cover (since chrony 4.2).")),
      m_collectors(gauge(metrics, "ntp_collector_success",
                         "1 when chronyd delivered every report of this kind at the last reading, else 0.",
                         QStringLiteral("collector"))),
      m_vlanClients(gauge(metrics, "ntp_vlan_clients", "Clients that chronyd has a record of, by VLAN.", kVlanLabel)),
      m_vlanRequests(gauge(
          metrics, "ntp_vlan_client_requests",
          "Requests of the clients that chronyd has a record of, by VLAN; excludes the requests of forgotten clients.",
          kVlanLabel)),
      m_vlanDropped(gauge(
          metrics, "ntp_vlan_client_requests_dropped",
          "Requests of these clients that were not answered, by VLAN; excludes the requests of forgotten clients.",
          kVlanLabel)) {}

void ServerMetrics::show(const Observation& observation, const NamedPrefixes& vlans, const OwnRequests& own) {
    for (const auto& [collector, result] : observation.collectors)
        m_collected[{{QStringLiteral("collector"), collectorText(collector)}}] = result.isOk ? 1 : 0;
    m_collectors.update(m_collected);

    if (observation.clients) {
        std::map<Metric::Labels, qint64> counts, requests, dropped;
        for (const auto& [vlan, sum] : aggregateClients(observation.clients->clients, vlans, own.addresses)) {
            const Metric::Labels labels{{kVlanLabel, vlan}};
            counts[labels] = sum.clients;
            requests[labels] = sum.requests;
            dropped[labels] = sum.dropped;
        }
        m_vlanClients.update(counts);
        m_vlanRequests.update(requests);
        m_vlanDropped.update(dropped);
    }
    if (!observation.server) return;
    m_counters.take(*observation.server, observation.at, own.answered);
    const ServerStatistics totals = m_counters.totals();
    const auto value = [](quint64 total) { return static_cast<qint64>(total); };
    m_requests.set(value(totals.ntpReceived));
    m_rate.update(single(m_counters.milliRequestsPerSecond()));
    m_dropped.set(value(totals.ntpDropped));
    m_authenticated.set(value(totals.ntpAuthenticated));
    if (totals.ntpInterleaved) m_interleaved.set(value(*totals.ntpInterleaved));
    m_keyExchanges.set(value(totals.keyExchangesAccepted));
    m_keyExchangesDropped.set(value(totals.keyExchangesDropped));
    m_commands.set(value(totals.commandsReceived));
    m_commandsDropped.set(value(totals.commandsDropped));
    m_recordsDropped.set(value(totals.clientRecordsDropped));
    showTimestamps(*observation.server, totals);
}

void ServerMetrics::showTimestamps(const ServerStatistics& reported, const ServerStatistics& totals) {
    m_timestampsHeld.update(
        single(reported.timestampsHeld ? std::optional(static_cast<qint64>(*reported.timestampsHeld)) : std::nullopt));
    m_timestampSpan.update(
        single(reported.timestampSpan ? std::optional<qint64>(reported.timestampSpan->count()) : std::nullopt));
    if (!totals.timestamps) return;
    const ServerTimestamps& counts = *totals.timestamps;
    const auto set = [this](Timestamping timestamping, const char* direction, quint64 total) {
        m_timestamps.set(timestampLabels(timestamping, direction), static_cast<qint64>(total));
    };
    set(Timestamping::Daemon, "rx", counts.daemonRx);
    set(Timestamping::Daemon, "tx", counts.daemonTx);
    set(Timestamping::Kernel, "rx", counts.kernelRx);
    set(Timestamping::Kernel, "tx", counts.kernelTx);
    set(Timestamping::Hardware, "rx", counts.hardwareRx);
    set(Timestamping::Hardware, "tx", counts.hardwareTx);
}

void ServerMetrics::clear() {
    m_collected.clear();
    m_collectors.update({});
    m_rate.update({});
    m_timestampsHeld.update({});
    m_timestampSpan.update({});
    for (Metric* metric : {&m_vlanClients, &m_vlanRequests, &m_vlanDropped}) metric->update({});
}

}  // namespace fos1::ntp

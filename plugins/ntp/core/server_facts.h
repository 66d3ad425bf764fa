// SPDX-License-Identifier: GPL-2.0-or-later
// What chronyd reports about its clients: totals, and one record a client. Facts only.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/source_address.h"

namespace fos1::ntp {

/// How many timestamps of served packets were taken by what (chronyc(1), "serverstats").
struct ServerTimestamps {
    quint64 daemonRx = 0;
    quint64 daemonTx = 0;
    quint64 kernelRx = 0;
    quint64 kernelTx = 0;
    quint64 hardwareRx = 0;
    quint64 hardwareTx = 0;
    bool operator==(const ServerTimestamps&) const = default;
};

/// chronyc(1), "serverstats". Counts since chronyd's start; a count is absent when this chronyd does not report it.
struct ServerStatistics {
    quint64 ntpReceived = 0;
    quint64 ntpDropped = 0;
    quint64 commandsReceived = 0;
    quint64 commandsDropped = 0;
    quint64 keyExchangesAccepted = 0;
    quint64 keyExchangesDropped = 0;
    quint64 clientRecordsDropped = 0;
    quint64 ntpAuthenticated = 0;
    std::optional<quint64> ntpInterleaved;              ///< since chrony 4.2
    std::optional<quint64> timestampsHeld;              ///< since chrony 4.2
    std::optional<std::chrono::seconds> timestampSpan;  ///< since chrony 4.2
    std::optional<ServerTimestamps> timestamps = {};    ///< since chrony 4.4
    bool operator==(const ServerStatistics&) const = default;
};

/// chronyc(1), "clients". Counts since the record was made.
struct ClientRecord {
    SourceAddress address;
    quint32 ntpRequests = 0;
    quint32 ntpDropped = 0;
    quint32 keyExchanges = 0;
    quint32 keyExchangesDropped = 0;
    quint32 commands = 0;
    quint32 commandsDropped = 0;
    std::optional<std::chrono::seconds> sinceNtp;
    std::optional<int> ntpInterval = {};         ///< average between requests; log2 seconds
    std::optional<int> ntpLimitedInterval = {};  ///< the same for those that the rate limit let through
    std::optional<int> keyExchangeInterval = {};
    std::optional<int> commandInterval = {};
    std::optional<std::chrono::seconds> sinceKeyExchange = {};
    std::optional<std::chrono::seconds> sinceCommand = {};
    bool operator==(const ClientRecord&) const = default;
};

/// What this node asks itself, as a client does, to find out whether clients are answered. chronyd counts it too.
struct OwnRequests {
    quint64 answered = 0;              ///< by chronyd, since we run
    std::vector<IpAddress> addresses;  ///< of this node
};

struct ClientList {
    bool isLogged = true;  ///< false: chronyd keeps no records of clients
    std::vector<ClientRecord> clients;
    bool isComplete = true;  ///< false: there are more than we ask for
    bool operator==(const ClientList&) const = default;
};

}  // namespace fos1::ntp

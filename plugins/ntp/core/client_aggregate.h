// SPDX-License-Identifier: GPL-2.0-or-later
// Who is served, by network: sums over chronyd's records of clients, so that there are as many numbers as networks and
// not as clients. Pure.
#pragma once

#include <QString>
#include <map>
#include <vector>

#include "core/prefix_table.h"
#include "core/server_facts.h"

namespace fos1::ntp {

/// Prefix -> name; several may have one name.
using NamedPrefixes = PrefixTable<QString>;

/// Of the records that chronyd holds now: when it forgets a client, its requests are no longer in here.
struct ClientTotals {
    qint64 clients = 0;
    qint64 requests = 0;
    qint64 dropped = 0;
    bool operator==(const ClientTotals&) const = default;
};

/// The name for clients of no prefix.
inline const QString kOtherClients = QStringLiteral("other");

/// So many names have a sum of their own; the others, by their order, are in kOtherClients.
inline constexpr std::size_t kMostClientNames = 500;

/// By name: those that have clients, and kOtherClients. The longest prefix has a client. Clients that asked for no time
/// (only for keys, or as commands) are left out.
[[nodiscard]] std::map<QString, ClientTotals> aggregateClients(const std::vector<ClientRecord>& clients,
                                                               const NamedPrefixes& prefixes,
                                                               std::vector<IpAddress> own = {});

}  // namespace fos1::ntp

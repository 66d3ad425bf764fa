// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/client_aggregate.h"

#include "core/client_places.h"

namespace fos1::ntp {

namespace {

void add(ClientTotals& sum, const ClientTotals& more) {
    sum.clients += more.clients;
    sum.requests += more.requests;
    sum.dropped += more.dropped;
}

}  // namespace

std::map<QString, ClientTotals> aggregateClients(const std::vector<ClientRecord>& clients,
                                                 const NamedPrefixes& prefixes, std::vector<IpAddress> own) {
    const ClientPlaces places(std::move(own));
    std::map<QString, ClientTotals> named;
    ClientTotals others;
    for (const ClientRecord& client : clients) {
        if (!client.address.ip() || client.ntpRequests == 0) continue;
        const QString& place = places.of(client, prefixes);
        add(place == kOtherClients ? others : named[place], {1, client.ntpRequests, client.ntpDropped});
    }
    while (named.size() > kMostClientNames) {
        const auto last = std::prev(named.end());
        add(others, last->second);
        named.erase(last);
    }
    add(named[kOtherClients], others);
    return named;
}

}  // namespace fos1::ntp

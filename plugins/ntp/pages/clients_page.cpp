// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/clients_page.h"

#include <algorithm>

#include "fos1/page.h"
#include "pages/page_lookup.h"

namespace fos1::ntp {

namespace {

using page::Kind;
using page::Mark;

constexpr std::size_t kMostPlaces = 20;

QString orderText(ClientOrder order) {
    switch (order) {
        case ClientOrder::Requests: return QStringLiteral("most requests first");
        case ClientOrder::Drops: return QStringLiteral("most dropped requests first");
        case ClientOrder::Recent:
        case ClientOrder::Unknown: break;
    }
    return QStringLiteral("most recent first");
}

page::Fields summary(const ClientLog& log, std::size_t shown) {
    page::Fields fields;
    fields.add(QStringLiteral("Clients"), page::count(static_cast<qint64>(log.ranking.count())),
               log.isComplete ? QStringLiteral("that chronyd has a record of")
                              : QStringLiteral("The time was up before the end of the log; there are more."),
               log.isComplete ? Mark::None : Mark::Trouble);
    fields.add(QStringLiteral("Shown"), page::count(static_cast<qint64>(shown)), orderText(log.ranking.view().order));
    if (log.recordsDropped > 0)
        fields.add(QStringLiteral("Records dropped"), page::count(static_cast<qint64>(log.recordsDropped)),
                   QStringLiteral("chronyd's memory for clients was full (clientloglimit), so clients are missing"),
                   Mark::Trouble);
    return fields;
}

page::Table placesTable(const std::map<QString, ClientTotals>& places) {
    page::Table table({{QStringLiteral("VLAN")},
                       {QStringLiteral("Clients"), Kind::Count},
                       {QStringLiteral("NTP"), Kind::Packets},
                       {QStringLiteral("Dropped"), Kind::Packets}},
                      QStringLiteral("By VLAN"));
    std::vector<std::pair<QString, ClientTotals>> sorted(places.begin(), places.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.requests > b.second.requests; });
    ClientTotals rest;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const auto& [name, sum] = sorted[i];
        if (i < kMostPlaces) {
            table.add(
                {page::text(name), page::count(sum.clients), page::packets(sum.requests), page::packets(sum.dropped)});
            continue;
        }
        rest.clients += sum.clients;
        rest.requests += sum.requests;
        rest.dropped += sum.dropped;
    }
    if (sorted.size() > kMostPlaces)
        table.add({page::text(QStringLiteral("%1 more VLANs").arg(sorted.size() - kMostPlaces)),
                   page::count(rest.clients), page::packets(rest.requests), page::packets(rest.dropped)});
    return table;
}

page::Table clientsTable(const std::vector<ListedClient>& clients) {
    page::Table table({{QStringLiteral("Client")},
                       {QStringLiteral("VLAN")},
                       {QStringLiteral("NTP"), Kind::Packets},
                       {QStringLiteral("Drop"), Kind::Packets},
                       {QStringLiteral("Int"), Kind::Duration},
                       {QStringLiteral("IntL"), Kind::Duration},
                       {QStringLiteral("Last"), Kind::Age},
                       {QStringLiteral("NTS-KE"), Kind::Packets},
                       {QStringLiteral("KE drop"), Kind::Packets},
                       {QStringLiteral("KE last"), Kind::Age},
                       {QStringLiteral("Cmd"), Kind::Packets},
                       {QStringLiteral("Cmd drop"), Kind::Packets}});
    table.whenEmpty(QStringLiteral("No client has asked since chronyd started."));
    for (const ListedClient& client : clients) {
        const ClientRecord& record = client.record;
        const auto address = record.address.ip();
        table.add({page::text(address ? address->text() : QStringLiteral("unknown")), page::text(client.place),
                   page::packets(record.ntpRequests), page::packets(record.ntpDropped), powerOfTwo(record.ntpInterval),
                   powerOfTwo(record.ntpLimitedInterval), ageOf(record.sinceNtp), page::packets(record.keyExchanges),
                   page::packets(record.keyExchangesDropped), ageOf(record.sinceKeyExchange),
                   page::packets(record.commands), page::packets(record.commandsDropped)});
    }
    return table;
}

}  // namespace

QCborMap clientsPage(const ClientLog& log) {
    const std::vector<ListedClient> best = log.ranking.best();
    page::Document document(QStringLiteral("Clients"));
    document.add(summary(log, best.size()));
    if (!log.ranking.places().empty()) document.add(placesTable(log.ranking.places()));
    return document.add(clientsTable(best)).toCbor();
}

QCborMap noClientLogPage(bool isInterleaved) {
    return page::error(isInterleaved
                           ? QStringLiteral("chronyd keeps no log of clients (noclientlog)")
                           : QStringLiteral("chronyd keeps no log of clients (noclientlog), because "
                                            "spec.server.interleaved is false: interleaved mode needs the log, and "
                                            "only without the log it is off"));
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// What the time service shows on pages.
#include <memory>

#include "chrony/client_reading.h"
#include "core/client_places.h"
#include "fos1/page.h"
#include "pages/clients_page.h"
#include "pages/page_lookup.h"
#include "security/own_addresses.h"
#include "time_service.h"

namespace fos1::ntp {

namespace {

/// The host waits 10 s for a page.
constexpr std::chrono::seconds kClientsPatience{6};
/// Each holds up to ClientView::kMost records.
constexpr qsizetype kMostReadings = 4;

}  // namespace

void TimeService::look(const std::function<void(const PageFacts&)>& see) const {
    PageFacts facts;
    for (const DesiredObject& service : m_services)
        if (!m_declared || service.key != m_declared->key)
            facts.idle.push_back(
                {service.key.ns + u'/' + service.key.name, whyIdle(service, m_services, m_nodeLabels.labels())});
    if (!m_declared) return see(facts);
    facts.object = m_declared->key.ns + u'/' + m_declared->key.name;
    if (const auto& tracking = m_clock.tracking()) facts.tracking = &*tracking;
    if (const auto& server = m_clock.server()) facts.server = &*server;
    withStatus([&](const StatusInput& status) {
        facts.status = &status;
        see(facts);
    });
}

void TimeService::showClients(const QString& argument, std::function<void(const QCborMap&)> show) {
    const Result<ClientView> view = clientViewFrom(argument);
    if (!view) return show(page::error(view.error().message));
    if (!m_declared) return look([&show](const PageFacts& facts) { show(noService(facts, {})); });
    if (m_engine.state().phase != EnginePhase::Running)
        return show(page::error(QStringLiteral("chronyd does not run")));
    if (findChildren<ClientReading*>().size() >= kMostReadings)
        return show(page::error(
            QStringLiteral("the clients are being read for %1 others; try again in some seconds").arg(kMostReadings)));
    // Shared by the two callbacks of one reading, which are copied.
    const auto ranking = std::make_shared<ClientRanking>(*view);
    std::vector<IpAddress> own;
    for (const IpPrefix& each : ownAddresses()) own.push_back(each.address);
    const auto take = [this, ranking, places = ClientPlaces(std::move(own))](const std::vector<ClientRecord>& clients) {
        for (const ClientRecord& client : clients) ranking->add(client, places.of(client, m_clients.vlans().names()));
    };
    const auto end = [this, ranking, show = std::move(show)](const Result<ClientReading::End>& result) {
        if (!result) return show(page::error(result.error().text()));
        if (!result->isLogged) return show(noClientLogPage(!m_declared || shown().spec.server.interleaved));
        const auto& server = m_clock.server();
        show(clientsPage({*ranking, result->isComplete, server ? server->clientRecordsDropped : 0}));
    };
    new ClientReading(m_engine.client(), kClientsPatience, take, end, this);
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_report.h"

#include <QDateTime>
#include <memory>

#include "chrony/client_reading.h"
#include "core/client_places.h"
#include "fos1/page.h"
#include "pages/clients_page.h"
#include "pages/page_lookup.h"
#include "service_choice.h"

namespace fos1::ntp {

namespace {

/// The host waits 10 s for a page.
constexpr std::chrono::seconds kClientsPatience{6};
/// Each holds up to ClientView::kMost records.
constexpr qsizetype kMostReadings = 4;

QString pathOf(const ObjectKey& key) { return key.ns + u'/' + key.name; }

}  // namespace

ServiceReport::ServiceReport(const Parts& parts) : m_parts(parts), m_status(parts.host) {
    m_soon.setSingleShot(true);
    m_soon.setInterval(0);
    connect(&m_soon, &QTimer::timeout, this, [this] {
        if (!m_parts.standing.isStopping) showStatus();
    });
}

void ServiceReport::withStatus(const std::function<void(const StatusInput&)>& use) const {
    static const PlannedService kNothing;
    const ServiceStanding& standing = m_parts.standing;
    const bool isOurs = standing.inForce && standing.inForce->declared.key == standing.declared->key;
    const DeclaredService& declared = isOurs ? standing.inForce->declared : *standing.declared;
    const PlannedService& planned = isOurs ? standing.inForce->planned : kNothing;
    const ClockRival rival = m_parts.claim.rival();
    const std::vector<RefclockFacts> clocks = m_parts.hardware.facts();
    use({declared.spec,
         declared.generation,
         planned.chrony.leftOut,
         m_parts.engine.state(),
         m_parts.clock.sync(),
         m_parts.clock.estimator().sources(),
         m_parts.clock.estimator().statistics(),
         m_parts.clients.nts(),
         QDateTime::currentSecsSinceEpoch(),
         m_parts.clients.published().vlans(),
         m_parts.clients.published().revision(),
         planned.access.entriesWithoutVlan,
         rival,
         isKernelSynchronized(),
         standing.reconciled,
         m_parts.clients.serving().get(),
         m_parts.clockControl,
         m_version,
         &planned.chrony.online.leasedOn,
         &clocks});
}

void ServiceReport::showStatusSoon() {
    if (!m_soon.isActive()) m_soon.start();
}

void ServiceReport::showStatus() {
    m_soon.stop();
    if (!m_parts.standing.declared) return;
    withStatus([this](const StatusInput& status) {
        m_status.show(m_parts.standing.declared->key, status, std::chrono::steady_clock::now());
    });
}

void ServiceReport::look(const std::function<void(const PageFacts&)>& see) const {
    const auto& declared = m_parts.standing.declared;
    const auto& services = m_parts.objects.services();
    PageFacts facts;
    for (const DesiredObject& service : services)
        if (!declared || service.key != declared->key)
            facts.idle.push_back({pathOf(service.key), whyIdle(service, services, m_parts.node.labels())});
    if (!declared) return see(facts);
    facts.object = pathOf(declared->key);
    if (const auto& tracking = m_parts.clock.tracking()) facts.tracking = &*tracking;
    if (const auto& server = m_parts.clock.server()) facts.server = &*server;
    withStatus([&](const StatusInput& status) {
        facts.status = &status;
        see(facts);
    });
}

void ServiceReport::showClients(const QString& argument, std::function<void(const QCborMap&)> show) {
    const Result<ClientView> view = clientViewFrom(argument);
    if (!view) return show(page::error(view.error().message));
    if (!m_parts.standing.declared) return look([&show](const PageFacts& facts) { show(noService(facts, {})); });
    if (m_parts.engine.state().phase != EnginePhase::Running)
        return show(page::error(QStringLiteral("chronyd does not run")));
    if (findChildren<ClientReading*>().size() >= kMostReadings)
        return show(page::error(
            QStringLiteral("the clients are being read for %1 others; try again in some seconds").arg(kMostReadings)));
    // Shared by the two callbacks of one reading, which are copied.
    const auto ranking = std::make_shared<ClientRanking>(*view);
    std::vector<IpAddress> own = m_parts.clients.ownRequests(true).addresses;
    const auto take = [this, ranking, places = ClientPlaces(std::move(own))](const std::vector<ClientRecord>& clients) {
        for (const ClientRecord& record : clients)
            ranking->add(record, places.of(record, m_parts.clients.vlans().names()));
    };
    const auto end = [this, ranking, show = std::move(show)](const Result<ClientReading::End>& result) {
        if (!result) return show(page::error(result.error().text()));
        const ServiceStanding& standing = m_parts.standing;
        if (!result->isLogged)
            return show(noClientLogPage(!standing.declared || standing.shown().spec.server.interleaved));
        const auto& server = m_parts.clock.server();
        show(clientsPage({*ranking, result->isComplete, server ? server->clientRecordsDropped : 0}));
    };
    new ClientReading(m_parts.engine.client(), kClientsPatience, take, end, this);
}

}  // namespace fos1::ntp

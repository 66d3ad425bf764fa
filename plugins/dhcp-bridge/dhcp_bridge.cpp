// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_bridge.h"

#include <algorithm>

#include "core/dhcp_plan.h"
#include "core/told_preview.h"
#include "fos1/logging.h"

namespace fos1::dhcp {

namespace {

FOS1_LOG(lcServer, "dhcp-bridge.server")

net::AddressFamily familyOf(const Subnet& subnet) {
    return subnet.text.contains(u':') ? net::AddressFamily::Inet6 : net::AddressFamily::Inet4;
}

/// What a server that has `table` would be told.
Foreseen foreseen(const QString& server, const DhcpBackend& backend, const SubnetTable& table,
                  const ServedOffers::Preview& offers) {
    Foreseen all{server, {}, {}, {}};
    for (const net::AddressFamily family : {net::AddressFamily::Inet4, net::AddressFamily::Inet6}) {
        std::vector<Subnet> subnets;
        std::vector<Ownership> owners;
        for (std::size_t i = 0; i < table.subnets.size(); ++i) {
            if (familyOf(table.subnets[i]) != family) continue;
            subnets.push_back(table.subnets[i]);
            owners.push_back(table.plans[i].ownership);
        }
        std::vector<SubnetPlan> now = planSubnets(offers.now, family, subnets);
        std::vector<SubnetPlan> then = planSubnets(offers.then, family, subnets);
        // What a server leaves alone for a reason of its own remains so.
        for (std::size_t i = 0; i < owners.size(); ++i)
            if (owners[i] == Ownership::Unmatched && now[i].ownership == Ownership::Ours) then[i] = now[i];
        std::move(subnets.begin(), subnets.end(), std::back_inserter(all.subnets));
        std::move(now.begin(), now.end(), std::back_inserter(all.now));
        std::move(then.begin(), then.end(), std::back_inserter(all.then));
    }
    backend.leaveOut(all.now);
    backend.leaveOut(all.then);
    return all;
}

}  // namespace

DhcpBridge::DhcpBridge(const HostView& host, const BridgeOptions& options, std::vector<ConfiguredServer> servers)
    : m_host(host), m_options(options), m_report(host) {
    for (ConfiguredServer& each : servers) {
        m_report.addServer(each.name);
        const auto& backend = m_backends.emplace_back(std::move(each.backend));
        const auto& server = m_servers.emplace_back(std::make_unique<DhcpServer>(
            each.name, options.pollEach, lcServer(),
            [backend = backend.get()](const std::shared_ptr<const Offers>& offers, DhcpServer::Done done) {
                backend->apply(offers, std::move(done));
            },
            DhcpServer::Reports{
                [this, name = each.name](const Applied& result, bool isRepair) {
                    m_report.applied(name, result, isRepair);
                },
                [this, name = each.name](const Error& error) { m_report.failed(name, error); },
            }));
        server->gatherFor(backend->gathering());
    }
}

void DhcpBridge::start() {
    m_served.emplace(m_host.bus(), m_options.offers, [this] { offersChanged(); });
}

void DhcpBridge::offersChanged() {
    if (m_leaving.hasBegun()) return;
    const std::shared_ptr<const Offers> offers = m_served->judge();
    m_report.begin(offers == m_offers ? nullptr : offers, m_served->suppressed());
    if (offers == m_offers) return;
    m_offers = offers;
    for (const auto& server : m_servers) server->apply(m_offers);
}

QCborMap DhcpBridge::preview(const QCborMap& snapshot) const {
    const QCborMap topics = snapshot.value(QStringLiteral("topics")).toMap();
    if (!m_served || topics.isEmpty()) return {};
    const ServedOffers::Preview offers = m_served->preview(topics);
    std::vector<Foreseen> servers;
    QStringList unread;
    for (std::size_t i = 0; i < m_servers.size(); ++i) {
        const QString& name = m_servers[i]->name();
        if (const auto table = m_report.table(name))
            servers.push_back(foreseen(name, *m_backends[i], *table, offers));
        else
            unread.append(name);
    }
    return describeTold(servers, unread);
}

bool DhcpBridge::isSettled() const {
    return std::all_of(m_servers.begin(), m_servers.end(), [](const auto& each) { return each->isSettled(); });
}

void DhcpBridge::stop(Ticket ticket) {
    m_served.reset();
    m_report.stop();
    std::shared_ptr<const Offers> last;
    if (m_options.onStop == OnStop::Withdraw) {
        Offers nothing;
        nothing.withdrawsAll = true;
        last = std::make_shared<const Offers>(std::move(nothing));
    }
    std::set<QString> names;
    for (const auto& server : m_servers) names.insert(server->name());
    m_leaving.begin(std::move(names), [this, ticket](const QStringList& problems) {
        if (problems.isEmpty())
            m_host.succeed(ticket);
        else
            m_host.fail(ticket, QStringLiteral("Options may still be in a DHCP server: ") +
                                    problems.join(QStringLiteral("; ")));
    });
    for (const auto& server : m_servers)
        server->stop(last, [this, name = server->name()](const QString& problem) { m_leaving.left(name, problem); });
}

}  // namespace fos1::dhcp

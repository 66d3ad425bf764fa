// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_bridge.h"

#include <algorithm>

#include "fos1/logging.h"

namespace fos1::dhcp {

namespace {

FOS1_LOG(lcServer, "dhcp-bridge.server")

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

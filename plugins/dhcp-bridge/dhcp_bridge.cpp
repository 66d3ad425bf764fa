// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_bridge.h"

#include <algorithm>

namespace fos1::dhcp {

namespace {

/// The host waits 2 s for a plugin.
constexpr std::chrono::milliseconds kStopDeadline{1800};

}  // namespace

DhcpBridge::DhcpBridge(const HostView& host, const BridgeOptions& options, std::vector<ConfiguredServer> servers)
    : m_host(host), m_options(options), m_report(host) {
    for (ConfiguredServer& each : servers) {
        m_report.addServer(each.name);
        const auto& server =
            m_servers.emplace_back(std::make_unique<DhcpServer>(each.name, std::move(each.backend), options.pollEach));
        connect(server.get(), &DhcpServer::applied, this,
                [this, name = each.name](const Applied& result, bool isRepair) {
                    m_report.applied(name, result, isRepair);
                });
        connect(server.get(), &DhcpServer::failed, this,
                [this, name = each.name](const Error& error) { m_report.failed(name, error); });
    }
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        for (const QString& each : m_staying) m_problems.append(each + QStringLiteral(": no answer in time"));
        completeStop();
    });
}

void DhcpBridge::start() {
    m_served.emplace(m_host.bus(), m_options.offers, [this] { offersChanged(); });
}

void DhcpBridge::offersChanged() {
    if (m_leaving) return;
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
    m_leaving = ticket;
    m_served.reset();
    m_report.stop();
    std::shared_ptr<const Offers> last;
    if (m_options.onStop == OnStop::Withdraw) {
        Offers nothing;
        nothing.withdrawsAll = true;
        last = std::make_shared<const Offers>(std::move(nothing));
    }
    for (const auto& server : m_servers) m_staying.insert(server->name());
    m_deadline.start(kStopDeadline);
    for (const auto& server : m_servers)
        server->stop(last, [this, name = server->name()](const QString& problem) { left(name, problem); });
    if (m_servers.empty()) completeStop();
}

void DhcpBridge::left(const QString& server, const QString& problem) {
    if (!problem.isEmpty()) m_problems.append(server + QStringLiteral(": ") + problem);
    m_staying.erase(server);
    if (m_staying.empty()) completeStop();
}

void DhcpBridge::completeStop() {
    if (!m_leaving) return;
    m_deadline.stop();
    const Ticket ticket = *std::exchange(m_leaving, std::nullopt);
    if (m_problems.isEmpty())
        m_host.succeed(ticket);
    else
        m_host.fail(ticket,
                    QStringLiteral("Options may still be in a DHCP server: ") + m_problems.join(QStringLiteral("; ")));
}

}  // namespace fos1::dhcp

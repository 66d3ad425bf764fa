// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall_bridge_plugin.h"

#include "firewall.h"
#include "pages/firewall_pages.h"

namespace fos1::firewall {

FirewallBridgePlugin::FirewallBridgePlugin() = default;
FirewallBridgePlugin::~FirewallBridgePlugin() = default;

QString FirewallBridgePlugin::start(IHost* host) {
    m_host.emplace(*host);
    const QCborMap config = host->configuration();
    FirewallOptions options;
    options.countersEach = std::chrono::seconds(config.value(QStringLiteral("countersSeconds")).toInteger(5));
    options.hold = std::chrono::seconds(config.value(QStringLiteral("holdSeconds")).toInteger(10));
    m_firewall = std::make_unique<Firewall>(*m_host, options);
    m_pages.add(QStringLiteral("show"), [this](const QString& vlan) {
        const EnforcementReport& report = m_firewall->report();
        return enforcementPage(report.states(), report.ownSources(), vlan);
    });
    m_pages.open(*host);
    m_firewall->start();
    return {};
}

void FirewallBridgePlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void FirewallBridgePlugin::stop(quint64 ticket) { m_firewall->stop(ticket); }

IInterface* FirewallBridgePlugin::query(const QString& iid) {
    return iid == QLatin1String(IPages::kIid) && m_firewall ? &m_pages : nullptr;
}

}  // namespace fos1::firewall

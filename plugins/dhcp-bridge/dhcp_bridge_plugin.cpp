// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp_bridge_plugin.h"

#include <QDateTime>

#include "bridge_config.h"
#include "pages/dhcp_pages.h"

namespace fos1::dhcp {

DhcpBridgePlugin::DhcpBridgePlugin() = default;
DhcpBridgePlugin::~DhcpBridgePlugin() = default;

QString DhcpBridgePlugin::start(IHost* host) {
    m_host.emplace(*host);
    const QCborMap section = host->configuration();
    auto servers = serversFrom(section);
    if (!servers) return servers.error().text();
    m_bridge = std::make_unique<DhcpBridge>(*m_host, optionsFrom(section), std::move(*servers));
    m_pages.add(QStringLiteral("show"), [this](const QString& vlan) {
        const ToldReport& report = m_bridge->report();
        return toldPage(report.states(), report.book().rows(), vlan, QDateTime::currentSecsSinceEpoch());
    });
    m_pages.open(*host);
    m_bridge->start();
    return {};
}

void DhcpBridgePlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void DhcpBridgePlugin::stop(quint64 ticket) { m_bridge->stop(ticket); }

IInterface* DhcpBridgePlugin::query(const QString& iid) {
    if (!m_bridge) return nullptr;
    if (iid == QLatin1String(IPages::kIid)) return &m_pages;
    return iid == QLatin1String(IPreviewer::kIid) ? &m_previewer : nullptr;
}

QCborMap DhcpBridgePlugin::Previewer::preview(const QCborMap& snapshot) { return m_plugin.m_bridge->preview(snapshot); }

}  // namespace fos1::dhcp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "dns_bridge_plugin.h"

#include "bridge_config.h"
#include "pages/dns_pages.h"

namespace fos1::dns {

DnsBridgePlugin::DnsBridgePlugin() = default;
DnsBridgePlugin::~DnsBridgePlugin() = default;

QString DnsBridgePlugin::start(IHost* host) {
    m_host.emplace(*host);
    const QCborMap section = host->configuration();
    const auto options = optionsFrom(section);
    if (!options) return options.error().text();
    auto zones = zonesFrom(section, host->stateDirectory());
    if (!zones) return zones.error().text();
    m_bridge = std::make_unique<DnsBridge>(*m_host, *options, std::move(*zones));
    m_pages.add(QStringLiteral("show"), [this](const QString& vlan) {
        const PublishedReport& report = m_bridge->report();
        return publishedPage(report.states(), report.book(), vlan);
    });
    m_pages.add(QStringLiteral("zones"), [this](const QString&) { return zonesPage(m_bridge->report().book()); });
    m_pages.add(QStringLiteral("diff"), [this](const QString&) { return differencePage(m_bridge->report().book()); });
    m_pages.open(*host);
    m_bridge->start();
    return {};
}

void DnsBridgePlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void DnsBridgePlugin::stop(quint64 ticket) { m_bridge->stop(ticket); }

IInterface* DnsBridgePlugin::query(const QString& iid) {
    if (!m_bridge) return nullptr;
    if (iid == QLatin1String(IPages::kIid)) return &m_pages;
    return iid == QLatin1String(IPreviewer::kIid) ? &m_previewer : nullptr;
}

QCborMap DnsBridgePlugin::Previewer::preview(const QCborMap& snapshot) { return m_plugin.m_bridge->preview(snapshot); }

}  // namespace fos1::dns

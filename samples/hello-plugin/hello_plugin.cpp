// SPDX-License-Identifier: MIT
#include "hello_plugin.h"

using fos1::time::SyncState;

QString HelloPlugin::start(fos1::IHost* host) {
    m_host.emplace(*host);
    m_sync = std::make_unique<fos1::Subscription<SyncState>>(
        m_host->bus(), [this](const QString& key, const fos1::TopicState<SyncState>& state) { onSync(key, state); });
    return {};  // or the reason why this plugin cannot run
}

void HelloPlugin::onSync(const QString& service, const fos1::TopicState<SyncState>& state) {
    if (!state.value) {
        m_host->bus().retract("hello.state/v1", service, state.reason);
        return;
    }
    const QString greeting = m_host->host().configuration().value(QStringLiteral("greeting")).toString();
    const QString sentence = greeting + ", the time is " + (state.value->fitToAdvertise ? "good." : "not good yet.");
    m_host->bus().publish("hello.state/v1", service, {{QStringLiteral("sentence"), sentence}}, 0);
}

void HelloPlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void HelloPlugin::stop(quint64 ticket) {
    m_sync.reset();
    m_host->succeed(ticket);
}

fos1::IInterface* HelloPlugin::query(const QString& /*iid*/) { return nullptr; }

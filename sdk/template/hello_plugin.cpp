// SPDX-License-Identifier: MIT
#include "hello_plugin.h"

using fos1::time::SyncState;

namespace {

const QString kState = QStringLiteral("com.example.hello.state/v1");

}  // namespace

QString HelloPlugin::start(fos1::IHost* host) {
    m_host.emplace(*host);
    m_sync = std::make_unique<fos1::Subscription<SyncState>>(
        m_host->bus(),
        [this](const QString& service, const fos1::TopicState<SyncState>& state) { onSync(service, state); });
    return {};  // or the reason why this plugin cannot run
}

// Called for every change of every time service: the value, the last value gone stale, or its absence.
void HelloPlugin::onSync(const QString& service, const fos1::TopicState<SyncState>& state) {
    if (!state.value || state.presence == fos1::Presence::Stale) {
        m_host->bus().retract(kState, service, QStringLiteral("how the time is, is not known"));
        return;
    }
    const QString greeting = m_host->host().configuration().value(QStringLiteral("greeting")).toString();
    const QString sentence = greeting + (state.value->fitToAdvertise ? QStringLiteral(", the time is good.")
                                                                     : QStringLiteral(", the time is not good yet."));
    m_host->bus().publish(kState, service, {{QStringLiteral("sentence"), sentence}}, 0);
}

// The whole desired state of the kinds in plugin.json, every time; this plugin has none.
void HelloPlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void HelloPlugin::stop(quint64 ticket) {
    m_sync.reset();
    m_host->succeed(ticket);
}

// Optional interfaces, such as fos1::IValidator.
fos1::IInterface* HelloPlugin::query(const QString& /*iid*/) { return nullptr; }

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
    m_pages.add(QStringLiteral("show"), [this](const QString& /*argument*/) { return page(); });
    m_pages.open(*host);
    return {};  // or the reason why this plugin cannot run
}

// `fos1ctl hello show`: the command and its pages are in plugin.json.
QCborMap HelloPlugin::page() const {
    fos1::page::Table table({{QStringLiteral("Service")}, {QStringLiteral("Sentence")}});
    for (const auto& [service, sentence] : m_sentences)
        table.add({fos1::page::text(service), fos1::page::text(sentence)});
    table.whenEmpty(QStringLiteral("No time service is known."));
    return fos1::page::Document(QStringLiteral("Hello")).add(table).toCbor();
}

// Called for every change of every time service: a new value, a stale value, or an absent one.
void HelloPlugin::onSync(const QString& service, const fos1::TopicState<SyncState>& state) {
    if (!state.value || state.presence == fos1::Presence::Stale) {
        m_sentences.erase(service);
        m_host->bus().retract(kState, service, QStringLiteral("the state of the time is unknown"));
        return;
    }
    const QString greeting = m_host->host().configuration().value(QStringLiteral("greeting")).toString();
    const QString sentence = greeting + (state.value->fitToAdvertise ? QStringLiteral(", the time is good.")
                                                                     : QStringLiteral(", the time is not good yet."));
    m_sentences[service] = sentence;
    m_host->bus().publish(kState, service, {{QStringLiteral("sentence"), sentence}}, 0);
}

// Called with the complete desired state of the kinds in plugin.json; this plugin has none.
void HelloPlugin::reconcile(const QCborMap& /*snapshot*/, quint64 ticket) { m_host->succeed(ticket); }

void HelloPlugin::stop(quint64 ticket) {
    m_sync.reset();
    m_host->succeed(ticket);
}

// Optional interfaces, such as fos1::IValidator.
fos1::IInterface* HelloPlugin::query(const QString& iid) {
    return iid == QLatin1String(fos1::IPages::kIid) ? &m_pages : nullptr;
}

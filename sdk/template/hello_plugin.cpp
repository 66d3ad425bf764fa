// SPDX-License-Identifier: MIT
#include "hello_plugin.h"

using fos1::time::SyncState;

namespace {

const QString kState = QStringLiteral("com.example.hello.state/v1");

}  // namespace

QString HelloPlugin::start(fos1::IHost* host) {
    m_host.emplace(*host);
    // Metrics are declared here and nowhere else. A family exports at most 1,000 series and counts the others.
    m_fit.emplace(fos1::gauge(m_host->metrics(), "hello_time_fit",
                              "1 when the time of the service is fit for use, else 0.", "service"));
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
        m_fitness.erase({{"service", service}});
        report();
        m_host->bus().retract(kState, service, QStringLiteral("the state of the time is unknown"));
        return;
    }
    const QString greeting = m_host->host().configuration().value(QStringLiteral("greeting")).toString();
    const QString sentence = greeting + (state.value->fitToAdvertise ? QStringLiteral(", the time is good.")
                                                                     : QStringLiteral(", the time is not good yet."));
    m_sentences[service] = sentence;
    m_fitness[{{"service", service}}] = state.value->fitToAdvertise ? 1 : 0;
    m_host->bus().publish(kState, service, {{QStringLiteral("sentence"), sentence}}, 0);
    report();
}

// Metrics, and a condition of the plugin itself. bad() sets Degraded to True, and would set a type like Ready to False.
void HelloPlugin::report() {
    m_fit->update(m_fitness);
    m_host->setCondition(m_sentences.empty() ? fos1::bad("Degraded", "NoTime", "The state of the time is unknown.")
                                             : fos1::good("Degraded", "TimeKnown", "The state of the time is known."));
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

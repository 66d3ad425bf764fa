// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_plugin.h"

#include "fos1/logging.h"
#include "model/spec_parser.h"
#include "model/vlan_parser.h"
#include "pages/calibrate_page.h"
#include "pages/refclocks_page.h"
#include "pages/report_pages.h"
#include "pages/source_page.h"
#include "time_service.h"

namespace fos1::ntp {

namespace {

FOS1_LOG(lcPlugin, "ntp.plugin")

EngineOptions engineOptions(IHost& host) {
    const QCborMap configuration = host.configuration();
    EngineOptions options;
    options.chronyd = configuration.value(QStringLiteral("chronyd")).toString(options.chronyd);
    options.user = configuration.value(QStringLiteral("user")).toString();
    options.clockControl =
        configuration.value(QStringLiteral("clockControl")).toBool(false) ? ClockControl::Adjust : ClockControl::None;
    if (configuration.value(QStringLiteral("engine")).toString() == QStringLiteral("systemd"))
        options.unit = configuration.value(QStringLiteral("unit")).toString(QStringLiteral("fos1-chronyd.service"));
    options.clockControl = possible(options.clockControl, options.startedBy());
    if (options.clockControl == ClockControl::Denied)
        qCWarning(lcPlugin).noquote() << whyNotSet(options.clockControl) + QStringLiteral("; chronyd runs with -x");
    options.layout = {host.runtimeDirectory(), host.stateDirectory()};
    return options;
}

Labels nodeLabels(IHost& host) {
    Labels labels;
    const QCborMap given = host.configuration().value(QStringLiteral("nodeLabels")).toMap();
    for (const auto& [name, value] : given) labels.emplace(name.toString(), QCborValue(value).toString());
    return labels;
}

}  // namespace

NtpPlugin::NtpPlugin() = default;
NtpPlugin::~NtpPlugin() = default;

QString NtpPlugin::start(IHost* host) {
    m_host.emplace(*host);
    const bool isOff = host->configuration().value(QStringLiteral("timedate")).toString() == QStringLiteral("off");
    m_service = std::make_unique<TimeService>(*m_host, engineOptions(*host), nodeLabels(*host),
                                              isOff ? TimedateUse::Off : TimedateUse::Auto);
    addPage(QStringLiteral("status"), statusPage);
    addPage(QStringLiteral("sources"), sourcesPage);
    addPage(QStringLiteral("why"), whyPage);
    addPage(QStringLiteral("source"), sourcePage);
    addPage(QStringLiteral("refclocks"), refclocksPage);
    addPage(QStringLiteral("calibrate"), calibratePage);
    addPage(QStringLiteral("tracking"), trackingPage);
    addPage(QStringLiteral("sourcestats"), sourceStatisticsPage);
    addPage(QStringLiteral("selectdata"), selectionPage);
    addPage(QStringLiteral("authdata"), authenticationPage);
    addPage(QStringLiteral("serverstats"), serverStatisticsPage);
    m_pages.addLater(QStringLiteral("clients"), [this](const QString& argument, const page::Reply& reply) {
        m_service->report().showClients(argument, [reply](const QCborMap& document) { reply(document); });
    });
    m_pages.open(*host);
    return {};
}

void NtpPlugin::addPage(const QString& name, QCborMap (*write)(const PageFacts&, const QString&)) {
    m_pages.add(name, [this, write](const QString& argument) {
        QCborMap document;
        m_service->report().look([&](const PageFacts& facts) { document = write(facts, argument); });
        return document;
    });
}

void NtpPlugin::reconcile(const QCborMap& snapshot, quint64 ticket) { m_service->reconcile(snapshot, ticket); }

void NtpPlugin::stop(quint64 ticket) { m_service->stop(ticket); }

IInterface* NtpPlugin::query(const QString& iid) {
    if (iid == QLatin1String(IValidator::kIid)) return &m_validator;
    if (iid == QLatin1String(IPreviewer::kIid) && m_service) return &m_previewer;
    if (iid == QLatin1String(IPages::kIid)) return &m_pages;
    if (iid == QLatin1String(IChangeReconciler::kIid)) return &m_changeReconciler;
    return nullptr;
}

QCborMap NtpPlugin::Validator::validate(const QCborMap& object) {
    const QString kind = object.value(QStringLiteral("kind")).toString();
    const QCborMap spec = object.value(QStringLiteral("spec")).toMap();
    if (kind == kServiceKind) {
        const auto parsed = parse(spec);
        return validationResult(parsed ? Errors{} : parsed.error());
    }
    if (kind == kClientKind) {
        const auto parsed = parseClientGroup(spec);
        return validationResult(parsed ? Errors{} : parsed.error());
    }
    return validationResult({});
}

void NtpPlugin::ChangeReconciler::changed(const QCborMap& object) { m_plugin.m_service->changed(object); }

void NtpPlugin::ChangeReconciler::removed(const QCborMap& key) {
    m_plugin.m_service->removed(ObjectKey::fromCbor(key));
}

void NtpPlugin::ChangeReconciler::reconcileChanges(quint64 ticket) { m_plugin.m_service->reconcileChanges(ticket); }

QCborMap NtpPlugin::Previewer::preview(const QCborMap& snapshot) { return m_plugin.m_service->preview(snapshot); }

}  // namespace fos1::ntp

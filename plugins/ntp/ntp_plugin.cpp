// SPDX-License-Identifier: GPL-2.0-or-later
#include "ntp_plugin.h"

#include "model/spec_parser.h"
#include "time_service.h"

namespace fos1::ntp {

namespace {

const QString kKind = QStringLiteral("NTPService");

EngineOptions engineOptions(IHost& host) {
    const QCborMap configuration = host.configuration();
    EngineOptions options;
    options.chronyd = configuration.value(QStringLiteral("chronyd")).toString(options.chronyd);
    options.user = configuration.value(QStringLiteral("user")).toString();
    options.clockControl =
        configuration.value(QStringLiteral("clockControl")).toBool(false) ? ClockControl::Adjust : ClockControl::None;
    options.layout = {host.runtimeDirectory(), host.stateDirectory()};
    return options;
}

}  // namespace

NtpPlugin::NtpPlugin() = default;
NtpPlugin::~NtpPlugin() = default;

QString NtpPlugin::start(IHost* host) {
    m_host.emplace(*host);
    m_service = std::make_unique<TimeService>(*m_host, engineOptions(*host));
    return {};
}

void NtpPlugin::reconcile(const QCborMap& snapshot, quint64 ticket) {
    std::vector<DesiredObject> services = desiredObjects(snapshot);
    std::erase_if(services, [](const DesiredObject& object) { return object.key.kind != kKind; });
    m_service->reconcile(std::move(services), ticket);
}

void NtpPlugin::stop(quint64 ticket) { m_service->stop(ticket); }

IInterface* NtpPlugin::query(const QString& iid) {
    if (iid == QLatin1String(IValidator::kIid)) return &m_validator;
    return nullptr;
}

QCborMap NtpPlugin::Validator::validate(const QCborMap& object) {
    if (object.value(QStringLiteral("kind")).toString() != kKind) return validationResult({});
    const auto spec = parse(object.value(QStringLiteral("spec")).toMap());
    return validationResult(spec ? Errors{} : spec.error());
}

}  // namespace fos1::ntp

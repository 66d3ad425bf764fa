// SPDX-License-Identifier: GPL-2.0-or-later
#include "faces/views.h"

#include <QCoreApplication>

#include "bus/state_bus.h"
#include "config.h"
#include "crd_catalog.h"
#include "fos1/version.h"
#include "health/host_health.h"
#include "host_config.h"
#include "plugins/host_services.h"
#include "plugins/plugin_supervisor.h"
#include "plugins/powers.h"
#include "plugins/runner_permissions.h"
#include "resources/resource_store.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host::views {

namespace {

QCborMap rightsOf(const RunnerRights& rights) {
    return {{"user", rights.user},
            {"groups", QCborArray::fromStringList(rights.groups)},
            {"capabilities", QCborArray::fromStringList(rights.capabilities)},
            {"read", QCborArray::fromStringList(rights.read)},
            {"write", QCborArray::fromStringList(rights.write)},
            {"execute", QCborArray::fromStringList(rights.execute)},
            {"memoryMiB", rights.memoryMiB},
            {"cpuPercent", rights.cpuPercent}};
}

}  // namespace

QCborMap plugin(const PluginRecord& record, const StatusStore& status) {
    return {{"id", record.id},
            {"version", record.metadata.version},
            {"description", record.metadata.description},
            {"state", toText(record.state)},
            {"reason", record.reason},
            {"file", record.metadata.file},
            {"isolation", toText(record.isolation)},
            {"pid", record.instance ? record.instance->pid() : 0},
            {"restarts", static_cast<qint64>(record.restarts)},
            {"maturity", record.metadata.maturity},
            {"kinds", QCborArray::fromStringList(record.metadata.kinds)},
            {"publishes", QCborArray::fromStringList(record.metadata.publishes)},
            {"subscribes", QCborArray::fromStringList(record.metadata.subscribes)},
            {"command", QCborMap::fromJsonObject(record.metadata.command)},
            {"pages", QCborArray::fromJsonArray(record.metadata.pages)},
            {"helpers", QCborArray::fromJsonArray(record.metadata.helpers)},
            {"slowCallbacks", static_cast<qint64>(record.slowCallbacks)},
            {"conditions", status.conditions(StatusStore::pluginKey(record.id))}};
}

QCborMap pluginDetails(const PluginRecord& record, const StatusStore& status) {
    QCborMap details = plugin(record, status);
    details.insert(QStringLiteral("securityPosture"), record.metadata.securityPosture);
    details.insert(QStringLiteral("sdk"), QStringLiteral("%1.%2").arg(FOS1_SDK_MAJOR).arg(record.metadata.sdkMinor));
    details.insert(QStringLiteral("requiredFeatures"), QCborArray::fromStringList(record.metadata.requiredFeatures));
    details.insert(QStringLiteral("wantedFeatures"), QCborArray::fromStringList(record.metadata.wantedFeatures));
    details.insert(QStringLiteral("powers"), QCborArray::fromStringList(powersOf(record.metadata)));
    if (record.isolation != Isolation::Remote) return details;
    details.insert(QStringLiteral("permissions"),
                   rightsOf(permissionsOf(record.id, record.metadata.runner, record.granted).given));
    const trees::Usage usage = record.instance ? record.instance->usage() : trees::Usage();
    details.insert(QStringLiteral("protection"), record.instance ? record.instance->protection() : QString());
    details.insert(QStringLiteral("memoryKiB"), usage.memoryKiB);
    details.insert(QStringLiteral("cpuMs"), static_cast<qint64>(usage.cpu.count()));
    return details;
}

QCborArray plugins(const PluginSupervisor& supervisor, const StatusStore& status) {
    QCborArray list;
    for (const auto& record : supervisor.plugins()) list.append(plugin(*record, status));
    return list;
}

QCborMap hostState(const HostHealth& health) {
    const QStringList notReady = health.notReady();
    return {{"version", FOS1_VERSION},
            {"state", toText(health.state())},
            {"ready", notReady.isEmpty()},
            {"notReady", QCborArray::fromStringList(notReady)}};
}

QCborMap host(const HostConfig& config, const HostHealth& health, const HostServices& services,
              const PluginSupervisor& supervisor) {
    QCborMap view = hostState(health);
    const QCborMap more{{"sdk", QStringLiteral("%1.%2").arg(FOS1_SDK_MAJOR).arg(FOS1_SDK_MINOR)},
                        {"pid", QCoreApplication::applicationPid()},
                        {"uptime_seconds", health.uptimeSeconds()},
                        {"objects", static_cast<qint64>(services.resources.size())},
                        {"http", health.httpUrl},
                        {"dbus", health.dbus},
                        {"config_file", config.file},
                        {"state_dir", config.stateDir},
                        {"plugins", plugins(supervisor, services.status)}};
    for (const auto& item : more) view.insert(QCborValue(item.first), QCborValue(item.second));
    return view;
}

QCborMap object(const StoredObject& stored, const schema::CrdCatalog& crds, const StatusStore& statuses) {
    const schema::ResourceKind* kind = crds.find(stored.key.apiVersion, stored.key.kind);
    QCborMap shown = kind ? kind->schema.masked(stored.object()).toMap() : stored.object();
    const QCborMap status = statuses.status(stored.key);
    if (!status.isEmpty()) shown.insert(QStringLiteral("status"), status);
    return shown;
}

QCborMap kind(const schema::ResourceKind& kind) {
    QCborArray columns;
    for (const schema::PrinterColumn& column : kind.columns)
        columns.append(QCborMap{{"name", column.name}, {"type", column.type}, {"jsonPath", column.jsonPath}});
    QCborArray shortNames;
    for (const QString& name : kind.shortNames) shortNames.append(name);
    return {{"apiVersion", kind.apiVersion}, {"kind", kind.kind},        {"plural", kind.plural},
            {"singular", kind.singular},     {"shortNames", shortNames}, {"columns", columns}};
}

QCborMap topic(const BusEntry& entry) {
    return {{"topic", entry.topic},
            {"key", entry.key},
            {"presence", toText(entry.presence)},
            {"value", entry.value()},
            {"publisher", entry.publisher},
            {"sequence", static_cast<qint64>(entry.sequence)},
            {"age_ms", (StateBus::monotonicNow() - entry.monotonicNs) / 1'000'000},
            {"reason", entry.reason}};
}

QCborArray events(const EventLog& log, int limit) {
    QCborArray list;
    for (const Event& event : log.newest(static_cast<std::size_t>(limit)))
        list.append(QCborMap{{"time", event.lastTime.toString(Qt::ISODateWithMs)},
                             {"firstTime", event.firstTime.toString(Qt::ISODateWithMs)},
                             {"count", event.count},
                             {"type", event.type},
                             {"reason", event.reason},
                             {"message", event.message},
                             {"source", event.source},
                             {"regarding", QCborMap{{"kind", event.regarding.kind},
                                                    {"namespace", event.regarding.ns},
                                                    {"name", event.regarding.name}}}});
    return list;
}

}  // namespace fos1::host::views

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
#include "plugins/runner_permissions.h"
#include "plugins/runner_process.h"
#include "resources/resource_store.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host::views {

namespace {

QJsonObject rightsJson(const RunnerRights& rights) {
    return {{"user", rights.user},
            {"capabilities", QJsonArray::fromStringList(rights.capabilities)},
            {"read", QJsonArray::fromStringList(rights.read)},
            {"write", QJsonArray::fromStringList(rights.write)},
            {"execute", QJsonArray::fromStringList(rights.execute)},
            {"memoryMiB", rights.memoryMiB},
            {"cpuPercent", rights.cpuPercent}};
}

}  // namespace

QJsonObject plugin(const PluginRecord& record, const StatusStore& status) {
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
            {"kinds", QJsonArray::fromStringList(record.metadata.kinds)},
            {"publishes", QJsonArray::fromStringList(record.metadata.publishes)},
            {"subscribes", QJsonArray::fromStringList(record.metadata.subscribes)},
            {"command", record.metadata.command},
            {"pages", record.metadata.pages},
            {"helpers", record.metadata.helpers},
            {"slowCallbacks", static_cast<qint64>(record.slowCallbacks)},
            {"conditions", status.conditions(StatusStore::pluginKey(record.id)).toJsonArray()}};
}

QJsonObject pluginDetails(const PluginRecord& record, const StatusStore& status) {
    QJsonObject details = plugin(record, status);
    details.insert("securityPosture", record.metadata.securityPosture);
    details.insert("sdk", QStringLiteral("%1.%2").arg(FOS1_SDK_MAJOR).arg(record.metadata.sdkMinor));
    details.insert("requiredFeatures", QJsonArray::fromStringList(record.metadata.requiredFeatures));
    details.insert("wantedFeatures", QJsonArray::fromStringList(record.metadata.wantedFeatures));
    if (record.isolation != Isolation::Remote) return details;
    details.insert("permissions", rightsJson(permissionsOf(record.id, record.metadata.runner, record.granted).given));
    const qint64 pid = record.instance ? record.instance->pid() : 0;
    const RunnerUsage usage = usageOf(pid);
    details.insert("memoryKiB", usage.memoryKiB);
    details.insert("cpuMs", static_cast<qint64>(usage.cpu.count()));
    return details;
}

QJsonArray plugins(const PluginSupervisor& supervisor, const StatusStore& status) {
    QJsonArray list;
    for (const auto& record : supervisor.plugins()) list.append(plugin(*record, status));
    return list;
}

QJsonObject host(const HostConfig& config, const HostHealth& health, const HostServices& services,
                 const PluginSupervisor& supervisor) {
    return {{"version", FOS1_VERSION},
            {"sdk", QStringLiteral("%1.%2").arg(FOS1_SDK_MAJOR).arg(FOS1_SDK_MINOR)},
            {"pid", QCoreApplication::applicationPid()},
            {"uptime_seconds", health.uptimeSeconds()},
            {"state", toText(health.state())},
            {"ready", health.notReady().isEmpty()},
            {"notReady", QJsonArray::fromStringList(health.notReady())},
            {"objects", static_cast<qint64>(services.resources.size())},
            {"http", health.httpUrl},
            {"dbus", health.dbus},
            {"config_file", config.file},
            {"state_dir", config.stateDir},
            {"plugins", plugins(supervisor, services.status)}};
}

QJsonObject object(const StoredObject& stored, const schema::CrdCatalog& crds, const StatusStore& statuses) {
    const schema::ResourceKind* kind = crds.find(stored.key.apiVersion, stored.key.kind);
    QJsonObject shown = (kind ? kind->schema.masked(stored.object()).toMap() : stored.object()).toJsonObject();
    const QCborMap status = statuses.status(stored.key);
    if (!status.isEmpty()) shown.insert("status", status.toJsonObject());
    return shown;
}

QJsonObject kind(const schema::ResourceKind& kind) {
    QJsonArray columns;
    for (const schema::PrinterColumn& column : kind.columns)
        columns.append(QJsonObject{{"name", column.name}, {"type", column.type}, {"jsonPath", column.jsonPath}});
    QJsonArray shortNames;
    for (const QString& name : kind.shortNames) shortNames.append(name);
    return {{"apiVersion", kind.apiVersion}, {"kind", kind.kind},        {"plural", kind.plural},
            {"singular", kind.singular},     {"shortNames", shortNames}, {"columns", columns}};
}

QJsonArray topics(const StateBus& bus, const QString& topic) {
    QJsonArray values;
    const qint64 now = StateBus::monotonicNow();
    for (const BusEntry* entry : bus.entries(topic))
        values.append(QJsonObject{{"topic", entry->topic},
                                  {"key", entry->key},
                                  {"presence", toText(entry->presence)},
                                  {"value", entry->value().toJsonObject()},
                                  {"publisher", entry->publisher},
                                  {"sequence", static_cast<qint64>(entry->sequence)},
                                  {"age_ms", (now - entry->monotonicNs) / 1'000'000},
                                  {"reason", entry->reason}});
    return values;
}

QJsonArray events(const EventLog& log, int limit) {
    QJsonArray list;
    for (const Event& event : log.newest(static_cast<std::size_t>(limit)))
        list.append(QJsonObject{{"time", event.lastTime.toString(Qt::ISODateWithMs)},
                                {"firstTime", event.firstTime.toString(Qt::ISODateWithMs)},
                                {"count", event.count},
                                {"type", event.type},
                                {"reason", event.reason},
                                {"message", event.message},
                                {"source", event.source},
                                {"regarding", QJsonObject{{"kind", event.regarding.kind},
                                                          {"namespace", event.regarding.ns},
                                                          {"name", event.regarding.name}}}});
    return list;
}

}  // namespace fos1::host::views

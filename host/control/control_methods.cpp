// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_methods.h"

#include <QCoreApplication>
#include <functional>

#include "bus/state_bus.h"
#include "config.h"
#include "control/preview_method.h"
#include "crd_catalog.h"
#include "fos1/version.h"
#include "health/host_health.h"
#include "plugins/plugin_supervisor.h"
#include "plugins/runner_permissions.h"
#include "plugins/runner_process.h"
#include "resources/admission_desk.h"
#include "resources/resource_store.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {

using Access = RpcDispatcher::Access;

RpcResult refuse(int code, const QString& message, const QJsonValue& data = QJsonValue::Undefined) {
    return tl::unexpected<RpcError>(RpcError{code, message, data});
}

QJsonObject json(const QCborMap& map) { return map.toJsonObject(); }

QString text(const QJsonObject& params, const char* name, const QString& fallback = {}) {
    return params.value(QLatin1String(name)).toString(fallback);
}

QJsonObject pluginJson(const PluginRecord& record, const StatusStore& status) {
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
            {"slowCallbacks", static_cast<qint64>(record.slowCallbacks)},
            {"conditions", status.conditions(StatusStore::pluginKey(record.id)).toJsonArray()}};
}

QJsonObject rightsJson(const RunnerRights& rights) {
    return {{"user", rights.user},
            {"capabilities", QJsonArray::fromStringList(rights.capabilities)},
            {"read", QJsonArray::fromStringList(rights.read)},
            {"write", QJsonArray::fromStringList(rights.write)},
            {"execute", QJsonArray::fromStringList(rights.execute)},
            {"memoryMiB", rights.memoryMiB},
            {"cpuPercent", rights.cpuPercent}};
}

/// All that is known of one plugin.
QJsonObject pluginDetails(const PluginRecord& record, const StatusStore& status) {
    QJsonObject details = pluginJson(record, status);
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

QJsonArray pluginList(const ControlContext& context) {
    QJsonArray plugins;
    for (const auto& record : context.plugins.plugins()) plugins.append(pluginJson(*record, context.services.status));
    return plugins;
}

QJsonObject hostStatus(const ControlContext& context) {
    return {{"version", FOS1_VERSION},
            {"sdk", QStringLiteral("%1.%2").arg(FOS1_SDK_MAJOR).arg(FOS1_SDK_MINOR)},
            {"pid", QCoreApplication::applicationPid()},
            {"uptime_seconds", context.health.uptimeSeconds()},
            {"state", toText(context.health.state())},
            {"ready", context.health.notReady().isEmpty()},
            {"notReady", QJsonArray::fromStringList(context.health.notReady())},
            {"objects", static_cast<qint64>(context.services.resources.size())},
            {"http", context.health.httpUrl},
            {"dbus", context.health.dbus},
            {"config_file", context.config.file},
            {"state_dir", context.config.stateDir},
            {"plugins", pluginList(context)}};
}

/// The object as people may see it: with its status, without its secrets.
QJsonObject shown(const ControlContext& context, const StoredObject& stored) {
    const schema::ResourceKind* kind = context.crds.find(stored.key.apiVersion, stored.key.kind);
    QJsonObject object = json(kind ? kind->schema.masked(stored.object()).toMap() : stored.object());
    const QCborMap status = context.services.status.status(stored.key);
    if (!status.isEmpty()) object.insert("status", json(status));
    return object;
}

tl::expected<const schema::ResourceKind*, RpcError> kindOf(const ControlContext& context, const QJsonObject& params) {
    const QString name = text(params, "kind");
    if (const schema::ResourceKind* kind = context.crds.find(name)) return kind;
    QStringList known;
    for (const schema::ResourceKind& kind : context.crds.kinds()) known.append(kind.plural);
    return tl::unexpected<RpcError>(
        RpcError{rpc::kNotFound,
                 QStringLiteral("no resource type \"%1\"; known are: %2").arg(name, known.join(QStringLiteral(", "))),
                 QJsonValue::Undefined});
}

/// The object that `params` {kind, namespace, name} names.
tl::expected<const StoredObject*, RpcError> objectOf(const ControlContext& context, const QJsonObject& params) {
    const auto kind = kindOf(context, params);
    if (!kind) return tl::unexpected<RpcError>(kind.error());
    const ObjectKey key{(*kind)->apiVersion, (*kind)->kind, text(params, "namespace", QStringLiteral("default")),
                        text(params, "name")};
    if (const StoredObject* stored = context.services.resources.find(key)) return stored;
    return tl::unexpected<RpcError>(
        RpcError{rpc::kNotFound,
                 QStringLiteral("%1 \"%2\" not found in namespace \"%3\"").arg((*kind)->plural, key.name, key.ns),
                 QJsonValue::Undefined});
}

QJsonObject kindJson(const schema::ResourceKind& kind) {
    QJsonArray columns;
    for (const schema::PrinterColumn& column : kind.columns)
        columns.append(QJsonObject{{"name", column.name}, {"type", column.type}, {"jsonPath", column.jsonPath}});
    QJsonArray shortNames;
    for (const QString& name : kind.shortNames) shortNames.append(name);
    return {{"apiVersion", kind.apiVersion}, {"kind", kind.kind},        {"plural", kind.plural},
            {"singular", kind.singular},     {"shortNames", shortNames}, {"columns", columns}};
}

QJsonArray topicValues(const StateBus& bus, const QString& topic) {
    QJsonArray values;
    const qint64 now = StateBus::monotonicNow();
    for (const BusEntry* entry : bus.entries(topic))
        values.append(QJsonObject{{"topic", entry->topic},
                                  {"key", entry->key},
                                  {"presence", toText(entry->presence)},
                                  {"value", json(entry->value())},
                                  {"publisher", entry->publisher},
                                  {"sequence", static_cast<qint64>(entry->sequence)},
                                  {"age_ms", (now - entry->monotonicNs) / 1'000'000},
                                  {"reason", entry->reason}});
    return values;
}

QJsonArray eventList(const EventLog& log, int limit) {
    QJsonArray events;
    for (const Event& event : log.newest(static_cast<std::size_t>(limit)))
        events.append(QJsonObject{{"time", event.lastTime.toString(Qt::ISODateWithMs)},
                                  {"firstTime", event.firstTime.toString(Qt::ISODateWithMs)},
                                  {"count", event.count},
                                  {"type", event.type},
                                  {"reason", event.reason},
                                  {"message", event.message},
                                  {"source", event.source},
                                  {"regarding", QJsonObject{{"kind", event.regarding.kind},
                                                            {"namespace", event.regarding.ns},
                                                            {"name", event.regarding.name}}}});
    return events;
}

/// Has an object stored that nobody objects to.
void storeResource(const ControlContext& context, const QCborMap& object, const QCborMap& admitted,
                   const std::vector<Opinion>& opinions, const RpcReply& reply) {
    const QCborMap metadata = admitted.value(QStringLiteral("metadata")).toMap();
    const ObjectKey key = objectKey(admitted);
    const StoredObject* before = context.services.resources.find(key);
    const auto same = [&](const QString& field) {
        return before->object().value(QStringLiteral("metadata")).toMap().value(field).toJsonValue() ==
               metadata.value(field).toJsonValue();
    };
    const bool isUnchanged = before && haveSameContent(before->object(), admitted) && same(QStringLiteral("labels")) &&
                             same(QStringLiteral("annotations"));
    if (isUnchanged) return reply(QJsonObject{{"result", "unchanged"}});
    QJsonObject result{{"result", before ? QStringLiteral("configured") : QStringLiteral("created")}};
    insertUnchecked(result, opinions);
    // What is stored is what the user wrote: defaults may change, and then they should apply.
    context.plugins.write(object, [context, reply, result](Outcome outcome, const QString& message) {
        if (outcome != Outcome::Ok) return reply(refuse(rpc::kFailed, message));
        // Who asks for the object next is to see this one.
        context.services.admission.whenTaken([reply, result] { reply(result); });
    });
}

void applyResource(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const QJsonValue given = params.value(QLatin1String("object"));
    if (!given.isObject()) return reply(refuse(rpc::kInvalidParams, QStringLiteral("object: is required")));
    const QCborMap object = QCborMap::fromJsonObject(given.toObject());
    const auto refuseObject = [reply](const Errors& found) {
        QJsonArray errors;
        for (const Error& error : found) errors.append(QJsonObject{{"path", error.path}, {"message", error.message}});
        reply(refuse(rpc::kInvalidObject, joined(found), QJsonObject{{"errors", errors}}));
    };
    const auto admitted = admit(context, object);
    if (!admitted) return refuseObject(admitted.error());
    askAbout(context, {*admitted}, [=](const std::vector<Opinion>& opinions) {
        if (!opinions.front().errors.empty()) return refuseObject(opinions.front().errors);
        storeResource(context, object, *admitted, opinions, reply);
    });
}

void deleteResource(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto stored = objectOf(context, params);
    if (!stored) return reply(tl::unexpected<RpcError>(stored.error()));
    context.plugins.erase((*stored)->key, [reply](Outcome outcome, const QString& message) {
        if (outcome == Outcome::Ok) return reply(QJsonObject());
        reply(refuse(rpc::kFailed, message));
    });
}

void getPlugin(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const PluginRecord* record = context.plugins.find(text(params, "id"));
    if (!record) return reply(refuse(rpc::kNotFound, QStringLiteral("no plugin \"%1\"").arg(text(params, "id"))));
    reply(pluginDetails(*record, context.services.status));
}

/// A method that has the supervisor do something to the plugin that `params` {id} names.
template <typename Act>
RpcMethod pluginMethod(const ControlContext& context, Act act) {
    return [context, act](const QJsonObject& params, const RpcReply& reply) {
        const QString id = text(params, "id");
        if (!context.plugins.find(id)) return reply(refuse(rpc::kNotFound, QStringLiteral("no plugin \"%1\"").arg(id)));
        std::invoke(act, context.plugins, id, [reply](Outcome outcome, const QString& message) {
            if (outcome == Outcome::Ok) return reply(QJsonObject());
            reply(refuse(rpc::kFailed, message));
        });
    };
}

void listResources(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto kind = kindOf(context, params);
    if (!kind) return reply(tl::unexpected<RpcError>(kind.error()));
    QJsonArray items;
    for (const StoredObject* stored :
         context.services.resources.list((*kind)->apiVersion, (*kind)->kind, text(params, "namespace")))
        items.append(shown(context, *stored));
    reply(QJsonObject{{"items", items}});
}

}  // namespace

tl::expected<QCborMap, Errors> admit(const ControlContext& context, const QCborMap& object) {
    auto admitted = context.crds.admit(object);
    if (!admitted) return admitted;
    Errors errors = context.plugins.validate(*admitted);
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return admitted;
}

void askAbout(const ControlContext& context, const std::vector<QCborMap>& admitted, OnOpinions done) {
    struct Gathering {
        std::vector<Opinion> opinions;
        std::size_t open = 1;  // one for who asks
        OnOpinions done;
    };
    // Shared by the questions, and gone with the last of them.
    const auto gathering = std::make_shared<Gathering>();
    gathering->opinions.resize(admitted.size());
    gathering->done = std::move(done);
    const auto close = [gathering] {
        if (--gathering->open == 0) gathering->done(gathering->opinions);
    };
    for (std::size_t i = 0; i < admitted.size(); ++i) {
        ++gathering->open;
        const bool isAsked = context.plugins.askValidators(admitted[i], [gathering, close, i](const Opinion& opinion) {
            gathering->opinions[i] = opinion;
            close();
        });
        if (!isAsked) close();
    }
    close();
}

void insertUnchecked(QJsonObject& result, const std::vector<Opinion>& opinions) {
    QJsonArray unchecked;
    for (const Opinion& opinion : opinions)
        for (const QString& who : opinion.unasked)
            if (!unchecked.contains(who)) unchecked.append(who);
    if (!unchecked.isEmpty()) result.insert("unchecked", unchecked);
}

void addControlMethods(RpcDispatcher& dispatcher, const ControlContext& context) {
    dispatcher.add("host.status", Access::Read,
                   [context](const QJsonObject&, const RpcReply& reply) { reply(hostStatus(context)); });
    dispatcher.add("plugin.list", Access::Read, [context](const QJsonObject&, const RpcReply& reply) {
        reply(QJsonObject{{"plugins", pluginList(context)}});
    });
    dispatcher.add("plugin.get", Access::Read,
                   [context](const QJsonObject& params, const RpcReply& reply) { getPlugin(context, params, reply); });
    dispatcher.add("plugin.start", Access::Act, pluginMethod(context, &PluginSupervisor::startPlugin));
    dispatcher.add("plugin.stop", Access::Act, pluginMethod(context, &PluginSupervisor::stopPlugin));
    dispatcher.add("plugin.restart", Access::Act, pluginMethod(context, &PluginSupervisor::restartPlugin));
    dispatcher.add("crd.list", Access::Read, [context](const QJsonObject&, const RpcReply& reply) {
        QJsonArray kinds;
        for (const schema::ResourceKind& kind : context.crds.kinds()) kinds.append(kindJson(kind));
        reply(QJsonObject{{"kinds", kinds}});
    });
    dispatcher.add("resource.list", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        listResources(context, params, reply);
    });
    dispatcher.add("resource.get", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        const auto stored = objectOf(context, params);
        if (!stored) return reply(tl::unexpected<RpcError>(stored.error()));
        reply(shown(context, **stored));
    });
    dispatcher.add("resource.apply", Access::Act, [context](const QJsonObject& params, const RpcReply& reply) {
        applyResource(context, params, reply);
    });
    dispatcher.add("resource.delete", Access::Act, [context](const QJsonObject& params, const RpcReply& reply) {
        deleteResource(context, params, reply);
    });
    dispatcher.add("resource.preview", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        previewResources(context, params, reply);
    });
    dispatcher.add("topic.list", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        reply(QJsonObject{{"values", topicValues(context.services.bus, text(params, "topic"))}});
    });
    dispatcher.add("event.list", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        const int limit = params.value(QLatin1String("limit")).toInt(100);
        if (limit < 1) return reply(refuse(rpc::kInvalidParams, QStringLiteral("limit: must be at least 1")));
        reply(QJsonObject{{"events", eventList(context.services.events, limit)}});
    });
}

}  // namespace fos1::host

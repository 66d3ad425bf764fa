// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control_methods.h"

#include <functional>

#include "bus/state_bus.h"
#include "closest_word.h"
#include "control/list_queue.h"
#include "control/page_method.h"
#include "control/preview_method.h"
#include "crd_catalog.h"
#include "faces/views.h"
#include "fos1/features/spec_source.h"
#include "fos1/merge_patch.h"
#include "plugins/plugin_supervisor.h"
#include "resources/admission.h"
#include "resources/admission_desk.h"
#include "resources/resource_store.h"

namespace fos1::host {

namespace {

using Access = RpcDispatcher::Access;

RpcResult refuse(int code, const QString& message, const QJsonValue& data = QJsonValue::Undefined) {
    return tl::unexpected<RpcError>(RpcError{code, message, data});
}

QString text(const QJsonObject& params, const char* name, const QString& fallback = {}) {
    return params.value(QLatin1String(name)).toString(fallback);
}

tl::expected<const schema::ResourceKind*, RpcError> kindOf(const ControlContext& context, const QJsonObject& params) {
    const QString name = text(params, "kind");
    if (const schema::ResourceKind* kind = context.crds.find(name)) return kind;
    QStringList known;
    std::vector<QString> names;
    for (const schema::ResourceKind& kind : context.crds.kinds()) {
        known.append(kind.plural);
        names.insert(names.end(), {kind.plural, kind.kind, kind.singular});
        names.insert(names.end(), kind.shortNames.begin(), kind.shortNames.end());
    }
    return tl::unexpected<RpcError>(
        RpcError{rpc::kNotFound,
                 QStringLiteral("no resource type \"%1\"; known types: %2%3")
                     .arg(name, known.join(QStringLiteral(", ")), schema::suggestion(name, names)),
                 QJsonValue::Undefined});
}

/// Finds the object that `params` {kind, namespace, name} names.
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

/// Stores an object that no check refuses.
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
    // Store what the user wrote, without defaults: if a default changes later, the new one should apply.
    context.plugins.questions().write(object, [context, reply, result](Outcome outcome, const QString& message) {
        if (outcome != Outcome::Ok) return reply(refuse(rpc::kFailed, message));
        // Reply only once the object is in the store, so that the caller's next read returns it.
        context.services.admission.whenTaken([reply, result] { reply(result); });
    });
}

void refuseObject(const RpcReply& reply, const Errors& found) {
    QJsonArray errors;
    for (const Error& error : found) errors.append(QJsonObject{{"path", error.path}, {"message", error.message}});
    reply(refuse(rpc::kInvalidObject, joined(found), QJsonObject{{"errors", errors}}));
}

void applyResource(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const QJsonValue given = params.value(QLatin1String("object"));
    if (!given.isObject()) return reply(refuse(rpc::kInvalidParams, QStringLiteral("object: is required")));
    const QCborMap object = QCborMap::fromJsonObject(given.toObject());
    const auto admitted = context.admission.admit(object);
    if (!admitted) return refuseObject(reply, admitted.error());
    context.admission.askAbout({*admitted}, [=](const std::vector<Opinion>& opinions) {
        if (!opinions.front().errors.empty()) return refuseObject(reply, opinions.front().errors);
        storeResource(context, object, *admitted, opinions, reply);
    });
}

/// Changes fields of an object's spec in what the user wrote, which has no defaults, so the rest stays as it is.
void mergeResource(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto stored = objectOf(context, params);
    if (!stored) return reply(tl::unexpected<RpcError>(stored.error()));
    const QJsonObject merge = params.value(QLatin1String("merge")).toObject();
    if (merge.size() != 1 || !merge.value(QLatin1String("spec")).isObject())
        return reply(refuse(rpc::kInvalidParams, QStringLiteral("merge: must contain spec and nothing else")));
    const QCborMap patch = QCborMap::fromJsonObject(merge);
    const QCborMap before = (*stored)->object();
    const auto admitted = context.admission.admit(mergePatched(before, patch));
    if (!admitted) return refuseObject(reply, admitted.error());
    QCborMap change = (*stored)->key.toCbor();
    change.insert(QStringLiteral("merge"), patch);
    context.admission.askAbout({*admitted}, [=](const std::vector<Opinion>& opinions) {
        if (!opinions.front().errors.empty()) return refuseObject(reply, opinions.front().errors);
        if (haveSameContent(before, *admitted)) return reply(QJsonObject{{"result", "unchanged"}});
        QJsonObject result{{"result", "configured"}};
        insertUnchecked(result, opinions);
        context.plugins.questions().merge(change, [context, reply, result](Outcome outcome, const QString& message) {
            if (outcome != Outcome::Ok) return reply(refuse(rpc::kFailed, message));
            context.services.admission.whenTaken([reply, result] { reply(result); });
        });
    });
}

void deleteResource(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto stored = objectOf(context, params);
    if (!stored) return reply(tl::unexpected<RpcError>(stored.error()));
    QCborMap object = (*stored)->key.toCbor();
    if (params.value(QLatin1String("removeFile")).toBool())
        object.insert(QLatin1String(ISpecWriter::kRemoveFile), true);
    context.plugins.questions().erase(object, [reply](Outcome outcome, const QString& message) {
        if (outcome == Outcome::Ok) return reply(QJsonObject());
        reply(refuse(rpc::kFailed, message));
    });
}

void getPlugin(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const PluginRecord* record = context.plugins.find(text(params, "id"));
    if (!record) return reply(refuse(rpc::kNotFound, QStringLiteral("no plugin \"%1\"").arg(text(params, "id"))));
    reply(views::pluginDetails(*record, context.services.status).toJsonObject());
}

/// A method that makes the supervisor act on the plugin that `params` {id} names.
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
    const auto begin = [context, apiVersion = (*kind)->apiVersion, name = (*kind)->kind,
                        ns = text(params, "namespace")] {
        std::vector<ObjectKey> keys;
        for (const StoredObject* stored : context.services.resources.list(apiVersion, name, ns))
            keys.push_back(stored->key);
        return ListQueue::Items{keys.size(), [context, keys](std::size_t index) {
                                    const StoredObject* stored = context.services.resources.find(keys[index]);
                                    if (!stored) return QJsonObject();
                                    return views::object(*stored, context.crds, context.services.status).toJsonObject();
                                }};
    };
    context.lists.answer(QStringLiteral("items"), begin, reply);
}

void listTopics(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const auto begin = [&bus = context.services.bus, topic = text(params, "topic")] {
        std::vector<std::pair<QString, QString>> keys;
        for (const BusEntry* entry : bus.entries(topic)) keys.emplace_back(entry->topic, entry->key);
        return ListQueue::Items{keys.size(), [&bus, keys](std::size_t index) {
                                    const BusEntry* entry = bus.find(keys[index].first, keys[index].second);
                                    return entry ? views::topic(*entry).toJsonObject() : QJsonObject();
                                }};
    };
    context.lists.answer(QStringLiteral("values"), begin, reply);
}

}  // namespace

void insertUnchecked(QJsonObject& result, const std::vector<Opinion>& opinions) {
    QJsonArray unchecked;
    for (const Opinion& opinion : opinions)
        for (const QString& who : opinion.unasked)
            if (!unchecked.contains(who)) unchecked.append(who);
    if (!unchecked.isEmpty()) result.insert("unchecked", unchecked);
}

void addControlMethods(RpcDispatcher& dispatcher, const ControlContext& context) {
    dispatcher.add("host.status", Access::Read, [context](const QJsonObject&, const RpcReply& reply) {
        reply(views::host(context.config, context.health, context.services, context.plugins).toJsonObject());
    });
    dispatcher.add("plugin.list", Access::Read, [context](const QJsonObject&, const RpcReply& reply) {
        reply(QJsonObject{{"plugins", views::plugins(context.plugins, context.services.status).toJsonArray()}});
    });
    dispatcher.add("plugin.get", Access::Read,
                   [context](const QJsonObject& params, const RpcReply& reply) { getPlugin(context, params, reply); });
    dispatcher.add("plugin.start", Access::Act, pluginMethod(context, &PluginSupervisor::startPlugin));
    dispatcher.add("plugin.stop", Access::Act, pluginMethod(context, &PluginSupervisor::stopPlugin));
    dispatcher.add("plugin.restart", Access::Act, pluginMethod(context, &PluginSupervisor::restartPlugin));
    dispatcher.add("plugin.page", Access::Read,
                   [context](const QJsonObject& params, const RpcReply& reply) { showPage(context, params, reply); });
    dispatcher.add("crd.list", Access::Read, [context](const QJsonObject&, const RpcReply& reply) {
        QJsonArray kinds;
        for (const schema::ResourceKind& kind : context.crds.kinds()) kinds.append(views::kind(kind).toJsonObject());
        reply(QJsonObject{{"kinds", kinds}});
    });
    dispatcher.add("resource.list", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        listResources(context, params, reply);
    });
    dispatcher.add("resource.get", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        const auto stored = objectOf(context, params);
        if (!stored) return reply(tl::unexpected<RpcError>(stored.error()));
        reply(views::object(**stored, context.crds, context.services.status).toJsonObject());
    });
    dispatcher.add("resource.apply", Access::Act, [context](const QJsonObject& params, const RpcReply& reply) {
        applyResource(context, params, reply);
    });
    dispatcher.add("resource.merge", Access::Act, [context](const QJsonObject& params, const RpcReply& reply) {
        mergeResource(context, params, reply);
    });
    dispatcher.add("resource.delete", Access::Act, [context](const QJsonObject& params, const RpcReply& reply) {
        deleteResource(context, params, reply);
    });
    dispatcher.add("resource.preview", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        previewResources(context, params, reply);
    });
    dispatcher.add("topic.list", Access::Read,
                   [context](const QJsonObject& params, const RpcReply& reply) { listTopics(context, params, reply); });
    dispatcher.add("event.list", Access::Read, [context](const QJsonObject& params, const RpcReply& reply) {
        const int limit = params.value(QLatin1String("limit")).toInt(100);
        if (limit < 1) return reply(refuse(rpc::kInvalidParams, QStringLiteral("limit: must be at least 1")));
        reply(QJsonObject{{"events", views::events(context.services.events, limit).toJsonArray()}});
    });
}

}  // namespace fos1::host

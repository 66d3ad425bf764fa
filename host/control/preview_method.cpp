// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/preview_method.h"

#include <QJsonArray>
#include <algorithm>
#include <set>

#include "control/object_diff.h"
#include "crd_catalog.h"
#include "plugins/host_services.h"
#include "plugins/plugin_supervisor.h"
#include "resources/admission.h"
#include "resources/resource_store.h"

namespace fos1::host {

namespace {

/// The parts of an object that a manifest contains, as people may see them.
QJsonObject shownParts(const ControlContext& context, const ObjectKey& key, const QCborMap& object) {
    const schema::ResourceKind* kind = context.crds.find(key.apiVersion, key.kind);
    const QJsonObject all = (kind ? kind->schema.masked(object).toMap() : object).toJsonObject();
    QJsonObject parts;
    for (auto it = all.begin(); it != all.end(); ++it)
        if (it.key() != u"apiVersion" && it.key() != u"kind" && it.key() != u"metadata" && it.key() != u"status")
            parts.insert(it.key(), it.value());
    const QJsonObject metadata = all.value(u"metadata").toObject();
    for (const char* field : {"labels", "annotations"})
        if (metadata.contains(QLatin1String(field)))
            parts.insert(QLatin1String(field), metadata.value(QLatin1String(field)));
    return parts;
}

QJsonObject changeOf(const ControlContext& context, const QCborMap& admitted) {
    const ObjectKey key = objectKey(admitted);
    const StoredObject* before = context.services.resources.find(key);
    const QJsonObject to = shownParts(context, key, admitted);
    const QJsonObject from = before ? shownParts(context, key, before->object()) : QJsonObject();
    QJsonArray fields;
    for (const FieldChange& change : fieldChanges({}, from, to)) {
        QJsonObject field{{"path", change.path}};
        if (!change.from.isUndefined()) field.insert("from", change.from);
        if (!change.to.isUndefined()) field.insert("to", change.to);
        fields.append(field);
    }
    // A changed secret looks the same before and after, because it is masked.
    const bool isSame = before && fields.isEmpty() && haveSameContent(before->object(), admitted);
    return {{"object", key.text()},
            {"change", !before  ? QStringLiteral("created")
                       : isSame ? QStringLiteral("unchanged")
                                : QStringLiteral("configured")},
            {"fields", fields}};
}

RpcResult refusal(const std::vector<Errors>& found) {
    QJsonArray errors;
    QStringList words;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i].empty()) words.append(joined(found[i]));
        for (const Error& error : found[i])
            errors.append(
                QJsonObject{{"index", static_cast<qint64>(i)}, {"path", error.path}, {"message", error.message}});
    }
    return tl::unexpected<RpcError>(
        RpcError{rpc::kInvalidObject, words.join(QStringLiteral("; ")), QJsonObject{{"errors", errors}}});
}

/// Reports what would change in the objects, and asks the plugins what they would do.
void previewAdmitted(const ControlContext& context, const std::vector<QCborMap>& admitted,
                     const std::vector<Opinion>& opinions, const RpcReply& reply) {
    QJsonArray objects;
    std::set<QString> kinds;
    for (const QCborMap& object : admitted) {
        objects.append(changeOf(context, object));
        kinds.insert(kindId(objectKey(object)));
    }
    QJsonObject result{{"objects", objects}};
    insertUnchecked(result, opinions);
    context.plugins.questions().preview(
        QStringList(kinds.begin(), kinds.end()),
        [&resources = context.services.resources, admitted](const QStringList& own) {
            return resources.snapshotWith(own, admitted);
        },
        [result, reply](const std::vector<PluginPreview>& previews) {
            QJsonArray plugins;
            for (const PluginPreview& each : previews) {
                QJsonObject answer =
                    each.answer ? each.answer->toJsonObject() : QJsonObject{{"problem", each.answer.error().text()}};
                answer.insert("id", each.plugin);
                plugins.append(answer);
            }
            QJsonObject whole = result;
            whole.insert("plugins", plugins);
            reply(whole);
        });
}

bool areAllEmpty(const std::vector<Errors>& found) {
    return std::all_of(found.begin(), found.end(), [](const Errors& errors) { return errors.empty(); });
}

}  // namespace

void previewResources(const ControlContext& context, const QJsonObject& params, const RpcReply& reply) {
    const QJsonArray given = params.value(QLatin1String("objects")).toArray();
    if (given.isEmpty())
        return reply(tl::unexpected<RpcError>(
            RpcError{rpc::kInvalidParams, QStringLiteral("objects: is required"), QJsonValue::Undefined}));
    std::vector<QCborMap> admitted;
    std::vector<Errors> found(static_cast<std::size_t>(given.size()));
    for (qsizetype i = 0; i < given.size(); ++i) {
        auto object = context.admission.admit(QCborMap::fromJsonObject(given.at(i).toObject()));
        if (object)
            admitted.push_back(std::move(*object));
        else
            found[static_cast<std::size_t>(i)] = std::move(object.error());
    }
    if (!areAllEmpty(found)) return reply(refusal(found));
    context.admission.askAbout(admitted, [=](const std::vector<Opinion>& opinions) {
        std::vector<Errors> objections;
        objections.reserve(opinions.size());
        for (const Opinion& opinion : opinions) objections.push_back(opinion.errors);
        if (!areAllEmpty(objections)) return reply(refusal(objections));
        context.plugins.questions().later([=] { previewAdmitted(context, admitted, opinions, reply); });
    });
}

}  // namespace fos1::host

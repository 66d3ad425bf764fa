// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/status_request.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace fos1::crd {

namespace {

bool hasEmptyText(const QCborValue& value) {
    if (value.isString()) return value.toString().isEmpty();
    if (value.isArray()) {
        const QCborArray array = value.toArray();
        return std::any_of(array.begin(), array.end(), [](const QCborValue& item) { return hasEmptyText(item); });
    }
    if (!value.isMap()) return false;
    const QCborMap map = value.toMap();
    return std::any_of(map.begin(), map.end(), [](const auto& item) { return hasEmptyText(QCborValue(item.second)); });
}

/// Removes empty texts: they carry no information, and old servers turn an applied empty text into null.
QJsonValue withoutEmptyTexts(const QJsonValue& value) {
    if (value.isArray()) {
        QJsonArray array;
        const QJsonArray given = value.toArray();
        for (const QJsonValue& item : given) array.append(withoutEmptyTexts(item));
        return array;
    }
    if (!value.isObject()) return value;
    QJsonObject object;
    const QJsonObject given = value.toObject();
    for (auto it = given.begin(); it != given.end(); ++it)
        if (!(it.value().isString() && it.value().toString().isEmpty()))
            object[it.key()] = withoutEmptyTexts(it.value());
    return object;
}

kube::ApiRequest patchOf(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                         const QByteArray& contentType) {
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = type.path(key.ns, key.name, QStringLiteral("status"));
    request.query.addQueryItem(QStringLiteral("fieldManager"), manager);
    request.contentType = contentType;
    return request;
}

QJsonObject jsonOf(const QCborMap& map) {
    const QJsonObject object = map.toJsonObject();
    return hasEmptyText(map.toCborValue()) ? withoutEmptyTexts(object).toObject() : object;
}

}  // namespace

kube::ApiRequest statusRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                               const QCborMap& status, const QString& version) {
    kube::ApiRequest request = patchOf(type, key, manager, "application/apply-patch+yaml");
    request.query.addQueryItem(QStringLiteral("force"), QStringLiteral("true"));
    QCborMap metadata{{QStringLiteral("name"), key.name}};
    if (!key.ns.isEmpty()) metadata.insert(QStringLiteral("namespace"), key.ns);
    if (!version.isEmpty()) metadata.insert(QStringLiteral("resourceVersion"), version);
    QCborMap body{{QStringLiteral("apiVersion"), key.apiVersion},
                  {QStringLiteral("kind"), key.kind},
                  {QStringLiteral("metadata"), metadata}};
    if (!status.isEmpty()) body.insert(QStringLiteral("status"), status);
    request.body = QJsonDocument(jsonOf(body)).toJson(QJsonDocument::Compact);
    return request;
}

kube::ApiRequest mergeRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                              const QCborMap& status, const QString& version) {
    kube::ApiRequest request = patchOf(type, key, manager, "application/merge-patch+json");
    QJsonObject body{{QStringLiteral("status"), jsonOf(status)}};
    if (!version.isEmpty())
        body[QStringLiteral("metadata")] = QJsonObject{{QStringLiteral("resourceVersion"), version}};
    request.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
    return request;
}

kube::ApiRequest entryRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                              const EntryChange& change) {
    kube::ApiRequest request = patchOf(type, key, manager, "application/json-patch+json");
    const QString path = QStringLiteral("/status/nodes/%1").arg(change.index);
    QJsonObject second{
        {QStringLiteral("op"), change.entry.isEmpty() ? QStringLiteral("remove") : QStringLiteral("replace")},
        {QStringLiteral("path"), path}};
    if (!change.entry.isEmpty()) second[QStringLiteral("value")] = jsonOf(change.entry);
    request.body = QJsonDocument(QJsonArray{QJsonObject{{QStringLiteral("op"), QStringLiteral("test")},
                                                        {QStringLiteral("path"), path + QStringLiteral("/name")},
                                                        {QStringLiteral("value"), change.name}},
                                            second})
                       .toJson(QJsonDocument::Compact);
    return request;
}

}  // namespace fos1::crd

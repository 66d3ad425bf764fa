// SPDX-License-Identifier: GPL-2.0-or-later
#include "kube/status_request.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace fos1::crd {

namespace {

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

}  // namespace

kube::ApiRequest statusRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                               const QCborMap& status) {
    kube::ApiRequest request;
    request.verb = "PATCH";
    request.path = type.path(key.ns, key.name, QStringLiteral("status"));
    request.query.addQueryItem(QStringLiteral("fieldManager"), manager);
    request.query.addQueryItem(QStringLiteral("force"), QStringLiteral("true"));
    request.contentType = "application/apply-patch+yaml";
    QCborMap metadata{{QStringLiteral("name"), key.name}};
    if (!key.ns.isEmpty()) metadata.insert(QStringLiteral("namespace"), key.ns);
    QCborMap body{{QStringLiteral("apiVersion"), key.apiVersion},
                  {QStringLiteral("kind"), key.kind},
                  {QStringLiteral("metadata"), metadata}};
    if (!status.isEmpty()) body.insert(QStringLiteral("status"), status);
    request.body = QJsonDocument(withoutEmptyTexts(body.toJsonObject()).toObject()).toJson(QJsonDocument::Compact);
    return request;
}

}  // namespace fos1::crd

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/secrets.h"

#include <QCborArray>

namespace fos1::ntp {

bool Secrets::isSecret(const ObjectKey& key) {
    return key.apiVersion == QStringLiteral("v1") && key.kind == QStringLiteral("Secret");
}

Secrets::Secrets(const QCborMap& snapshot) {
    const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
    for (const QCborValue& object : objects) set(object.toMap());
}

void Secrets::set(const QCborMap& object) {
    const ObjectKey key = DesiredObject::fromCbor(object).key;
    if (isSecret(key)) m_objects.insert_or_assign({key.ns, key.name}, object);
}

void Secrets::remove(const ObjectKey& key) {
    if (isSecret(key)) m_objects.erase({key.ns, key.name});
}

Result<QByteArray> Secrets::field(const QString& ns, const QString& name, const QString& key) const {
    const auto found = m_objects.find({ns, name});
    if (found == m_objects.end())
        return failure(ErrorCode::NotFound, QStringLiteral("the Secret %1/%2 does not exist").arg(ns, name));
    const QCborValue text = found->second.value(QStringLiteral("stringData")).toMap().value(key);
    if (text.isString()) return text.toString().toUtf8();
    const QCborValue data = found->second.value(QStringLiteral("data")).toMap().value(key);
    if (!data.isString())
        return failure(ErrorCode::NotFound, QStringLiteral("the Secret %1/%2 has no field %3").arg(ns, name, key));
    QByteArray base64 = data.toString().toLatin1();
    base64.replace('\n', "");
    const auto bytes = QByteArray::fromBase64Encoding(base64.trimmed(), QByteArray::AbortOnBase64DecodingErrors);
    if (!bytes)
        return failure(ErrorCode::InvalidInput,
                       QStringLiteral("the field %3 of the Secret %1/%2 is not base64").arg(ns, name, key));
    return bytes.decoded;
}

}  // namespace fos1::ntp

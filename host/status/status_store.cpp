// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/status_store.h"

#include <QCborArray>
#include <QDateTime>

#include "fos1/cbor_size.h"

namespace fos1::host {

ObjectKey StatusStore::pluginKey(const QString& pluginId) {
    return {QStringLiteral("fos1.io/v1"), QStringLiteral("Plugin"), {}, pluginId};
}

Status StatusStore::setCondition(const ObjectKey& key, const QCborMap& condition) {
    const QString type = condition.value(QStringLiteral("type")).toString();
    const QString status = condition.value(QStringLiteral("status")).toString();
    const bool isStatus =
        status == QLatin1String("True") || status == QLatin1String("False") || status == QLatin1String("Unknown");
    if (type.isEmpty() || !isStatus) return Status::InvalidArgument;

    auto& conditions = m_entries[key].conditions;
    const bool isFull = conditions.size() >= kMaxConditions && !conditions.contains(type);
    if (isFull || !fitsEncoded(condition, kMaxConditionBytes)) return Status::TooLarge;
    QCborMap& stored = conditions[type];
    QCborMap next = condition;
    const bool isSameStatus = stored.value(QStringLiteral("status")).toString() == status;
    next.insert(QStringLiteral("lastTransitionTime"),
                isSameStatus ? stored.value(QStringLiteral("lastTransitionTime"))
                             : QCborValue(QDateTime::currentDateTimeUtc().toString(Qt::ISODate)));
    if (next == stored) return Status::Ok;
    stored = next;
    Q_EMIT changed(key);
    return Status::Ok;
}

Status StatusStore::removeCondition(const ObjectKey& key, const QString& type) {
    const auto it = m_entries.find(key);
    if (it == m_entries.end() || it->second.conditions.erase(type) == 0) return Status::NotFound;
    Q_EMIT changed(key);
    return Status::Ok;
}

Status StatusStore::setFields(const ObjectKey& key, const QCborMap& fields) {
    QCborMap& stored = m_entries[key].fields;
    if (stored == fields) return Status::Ok;
    stored = fields;
    Q_EMIT changed(key);
    return Status::Ok;
}

void StatusStore::forget(const ObjectKey& key) {
    if (m_entries.erase(key) > 0) Q_EMIT changed(key);
}

std::vector<ObjectKey> StatusStore::keys() const {
    std::vector<ObjectKey> all;
    for (const auto& [key, entry] : m_entries) all.push_back(key);
    return all;
}

QCborArray StatusStore::conditions(const ObjectKey& key) const {
    QCborArray list;
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return list;
    for (const auto& [type, condition] : it->second.conditions) list.append(condition);
    return list;
}

QCborMap StatusStore::status(const ObjectKey& key) const {
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return {};
    QCborMap status = it->second.fields;
    status.insert(QStringLiteral("conditions"), conditions(key));
    return status;
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
#include "status/status_store.h"

#include <QCborArray>
#include <QDateTime>

#include "fos1/cbor_size.h"

namespace fos1::host {

namespace {

using Conditions = std::map<QString, QCborMap>;  ///< by type

const QString kChanged = QStringLiteral("lastTransitionTime");

QCborArray listOf(const Compactor& compactor, const QByteArray& compact) {
    return QCborValue::fromCbor(compactor.expanded(compact)).toArray();
}

Conditions read(const Compactor& compactor, const QByteArray& compact) {
    Conditions conditions;
    const QCborArray list = listOf(compactor, compact);
    for (const QCborValue& value : list) {
        const QCborMap condition = value.toMap();
        conditions.emplace(condition.value(QStringLiteral("type")).toString(), condition);
    }
    return conditions;
}

QByteArray write(Compactor& compactor, const Conditions& conditions, const QString& kind) {
    QCborArray list;
    for (const auto& [type, condition] : conditions) list.append(condition);
    return compactor.compacted(QCborValue(list).toCbor(), kind + QStringLiteral(" conditions"));
}

}  // namespace

ObjectKey StatusStore::pluginKey(const QString& pluginId) {
    return {QStringLiteral("fos1.io/v1"), QStringLiteral("Plugin"), {}, pluginId};
}

/// Otherwise the condition would stay as it was, which is not true any more.
QCborMap StatusStore::withoutExcess(const QCborMap& condition) {
    QString message = condition.value(QStringLiteral("message")).toString();
    const qsizetype excess = message.size() - kMaxMessage;
    if (excess <= 0) return condition;
    message.truncate(message[kMaxMessage - 1].isHighSurrogate() ? kMaxMessage - 1 : kMaxMessage);
    QCborMap cut = condition;
    cut.insert(QStringLiteral("message"), message + QStringLiteral("… (%1 more characters)").arg(excess));
    return cut;
}

Status StatusStore::setCondition(const ObjectKey& key, const QCborMap& condition) {
    const QString type = condition.value(QStringLiteral("type")).toString();
    const QString status = condition.value(QStringLiteral("status")).toString();
    const bool isStatus =
        status == QLatin1String("True") || status == QLatin1String("False") || status == QLatin1String("Unknown");
    if (type.isEmpty() || !isStatus) return Status::InvalidArgument;

    QByteArray& stored = entryOf(key).conditions;
    Conditions conditions = read(m_compactor, stored);
    const bool isFull = conditions.size() >= kMaxConditions && !conditions.contains(type);
    QCborMap next = withoutExcess(condition);
    if (isFull || !fitsEncoded(next, kMaxConditionBytes)) return Status::TooLarge;
    QCborMap& before = conditions[type];
    const bool isSameStatus = before.value(QStringLiteral("status")).toString() == status;
    next.insert(kChanged, isSameStatus ? before.value(kChanged)
                                       : QCborValue(QDateTime::currentDateTimeUtc().toString(Qt::ISODate)));
    if (next == before) return Status::Ok;
    before = next;
    stored = write(m_compactor, conditions, key.kind);
    Q_EMIT changed(key);
    return Status::Ok;
}

StatusStore::Entry& StatusStore::entryOf(const ObjectKey& key) {
    const auto it = m_entries.find(key);
    return it == m_entries.end() ? m_entries[m_pool.shared(key)] : it->second;
}

Status StatusStore::removeCondition(const ObjectKey& key, const QString& type) {
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return Status::NotFound;
    Conditions conditions = read(m_compactor, it->second.conditions);
    if (conditions.erase(type) == 0) return Status::NotFound;
    it->second.conditions = write(m_compactor, conditions, key.kind);
    Q_EMIT changed(key);
    return Status::Ok;
}

Status StatusStore::setFields(const ObjectKey& key, const QCborMap& fields) {
    QByteArray& stored = entryOf(key).fields;
    const QByteArray next = QCborValue(fields).toCbor();
    if (m_compactor.expanded(stored) == next) return Status::Ok;
    stored = m_compactor.compacted(next, key.kind + QStringLiteral(" fields"));
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
    const auto it = m_entries.find(key);
    return it == m_entries.end() ? QCborArray() : listOf(m_compactor, it->second.conditions);
}

QCborMap StatusStore::status(const ObjectKey& key) const {
    const auto it = m_entries.find(key);
    if (it == m_entries.end()) return {};
    QCborMap status = m_compactor.expandedMap(it->second.fields);
    status.insert(QStringLiteral("conditions"), conditions(key));
    return status;
}

}  // namespace fos1::host

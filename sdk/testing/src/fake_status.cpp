// SPDX-License-Identifier: MIT
#include "fos1/testing/fake_status.h"

#include <QCborArray>
#include <algorithm>

#include "status_code.h"

namespace fos1::testing {

int FakeStatus::admit(const char* call, const ObjectKey& key) {
    if (!m_guard.admits(call)) return code(Status::WrongThread);
    const bool isOfPlugin = key == ObjectKey{};
    return code(isOfPlugin || m_objects.contains(key) ? Status::Ok : Status::NotFound);
}

int FakeStatus::setCondition(const QCborMap& object, const QCborMap& condition) {
    const ObjectKey key = ObjectKey::fromCbor(object);
    if (const int refusal = admit("status.setCondition", key); refusal != code(Status::Ok)) return refusal;
    const QString type = condition.value(QStringLiteral("type")).toString();
    const QString status = condition.value(QStringLiteral("status")).toString();
    const bool isStatus =
        status == QLatin1String("True") || status == QLatin1String("False") || status == QLatin1String("Unknown");
    if (type.isEmpty() || !isStatus) return code(Status::InvalidArgument);
    QCborMap& stored = m_entries[key].conditions[type];
    if (stored == condition) return code(Status::Ok);
    stored = condition;
    changed(key, type + u'=' + status + u'/' + condition.value(QStringLiteral("reason")).toString());
    return code(Status::Ok);
}

int FakeStatus::removeCondition(const QCborMap& object, const QString& type) {
    const ObjectKey key = ObjectKey::fromCbor(object);
    if (const int refusal = admit("status.removeCondition", key); refusal != code(Status::Ok)) return refusal;
    const auto entry = m_entries.find(key);
    if (entry == m_entries.end() || entry->second.conditions.erase(type) == 0) return code(Status::NotFound);
    changed(key, type + QStringLiteral(" removed"));
    return code(Status::Ok);
}

int FakeStatus::setFields(const QCborMap& object, const QCborMap& fields) {
    const ObjectKey key = ObjectKey::fromCbor(object);
    if (const int refusal = admit("status.setFields", key); refusal != code(Status::Ok)) return refusal;
    ++m_fieldWrites;
    QCborMap& stored = m_entries[key].fields;
    if (stored == fields) return code(Status::Ok);
    stored = fields;
    changed(key, QStringLiteral("fields"));
    return code(Status::Ok);
}

void FakeStatus::changed(const ObjectKey& key, const QString& what) {
    m_changes.append(what + QStringLiteral(" of ") + (key == ObjectKey{} ? QStringLiteral("the plugin") : key.text()));
    if (m_onChange) m_onChange(key);
}

void FakeStatus::setObjects(const std::vector<DesiredObject>& objects) {
    m_objects.clear();
    for (const DesiredObject& object : objects) m_objects.insert(object.key);
    std::vector<ObjectKey> gone;
    for (const auto& [key, entry] : m_entries)
        if (!(key == ObjectKey{}) && !m_objects.contains(key)) gone.push_back(key);
    changeObjects({}, gone);
}

void FakeStatus::changeObjects(const std::vector<DesiredObject>& objects, const std::vector<ObjectKey>& removed) {
    for (const DesiredObject& object : objects) m_objects.insert(object.key);
    for (const ObjectKey& key : removed) {
        m_objects.erase(key);
        if (m_entries.erase(key) > 0 && m_onChange) m_onChange(key);
    }
}

const FakeStatus::Entry* FakeStatus::find(const QString& name) const {
    const auto entry =
        std::find_if(m_entries.begin(), m_entries.end(), [&](const auto& item) { return item.first.name == name; });
    return entry == m_entries.end() ? nullptr : &entry->second;
}

QCborMap FakeStatus::findCondition(const QString& object, const QString& type) const {
    const Entry* entry = find(object);
    if (!entry || !entry->conditions.contains(type)) return {};
    return entry->conditions.at(type);
}

QString FakeStatus::condition(const QString& object, const QString& type) const {
    const QCborMap map = findCondition(object, type);
    if (map.isEmpty()) return {};
    return map.value(QStringLiteral("status")).toString() + u'/' + map.value(QStringLiteral("reason")).toString();
}

QString FakeStatus::message(const QString& object, const QString& type) const {
    return findCondition(object, type).value(QStringLiteral("message")).toString();
}

QCborValue FakeStatus::field(const QString& object, const QString& name) const {
    const Entry* entry = find(object);
    return entry ? entry->fields.value(name) : QCborValue();
}

QCborMap FakeStatus::status(const ObjectKey& object) const {
    const auto entry = m_entries.find(object);
    if (entry == m_entries.end()) return {};
    QCborMap status = entry->second.fields;
    QCborArray conditions;
    for (const auto& [type, condition] : entry->second.conditions) conditions.append(condition);
    status.insert(QStringLiteral("conditions"), conditions);
    return status;
}

}  // namespace fos1::testing

// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources/resource_store.h"

#include <QCborArray>
#include <QDateTime>
#include <QUuid>
#include <utility>

namespace fos1::host {

namespace {

ObjectKey keyOf(const QCborMap& object) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    return {object.value(QStringLiteral("apiVersion")).toString(), object.value(QStringLiteral("kind")).toString(),
            metadata.value(QStringLiteral("namespace")).toString(), metadata.value(QStringLiteral("name")).toString()};
}

/// The object as stored: identity and generation carried over from what was there, the generation raised when the
/// spec differs.
QCborMap withIdentity(QCborMap object, const QCborMap* previous) {
    QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    const QCborMap old = previous ? previous->value(QStringLiteral("metadata")).toMap() : QCborMap();
    const auto carry = [&](const QString& field, const QCborValue& fresh) {
        if (metadata.contains(field)) return;
        metadata.insert(field, old.contains(field) ? old.value(field) : fresh);
    };
    carry(QStringLiteral("uid"), QUuid::createUuid().toString(QUuid::WithoutBraces));
    carry(QStringLiteral("creationTimestamp"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    // A source that numbers generations itself (an API server) is believed.
    if (!metadata.contains(QStringLiteral("generation"))) {
        const qint64 before = old.value(QStringLiteral("generation")).toInteger();
        const bool isSame = previous && previous->value(QStringLiteral("spec")) == object.value(QStringLiteral("spec"));
        metadata.insert(QStringLiteral("generation"), isSame ? before : before + 1);
    }
    object.insert(QStringLiteral("metadata"), metadata);
    return object;
}

}  // namespace

qint64 StoredObject::generation() const {
    return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("generation")).toInteger();
}

QString kindId(const ObjectKey& key) { return key.apiVersion + u'/' + key.kind; }

ResourceStore::ResourceStore(Admit admit, QObject* parent) : QObject(parent), m_admit(std::move(admit)) {}

ResourceStore::Result ResourceStore::apply(const Transaction& transaction) {
    Result result;
    Admitted admitted = admitAll(transaction, result);
    // A refused origin keeps its old objects, which can collide with what another origin brings. Each round refuses
    // one more origin, and with all of them refused the old state stands, so this ends.
    std::optional<Objects> next;
    while (!(next = merge(transaction, admitted, result))) admitted.erase(result.refusals.back().origin);
    replaceAll(std::move(*next), result);
    return result;
}

/// The origins of which every object is acceptable.
ResourceStore::Admitted ResourceStore::admitAll(const Transaction& transaction, Result& result) const {
    Admitted admitted;
    for (const auto& [origin, objects] : transaction.replace) {
        std::vector<QCborMap> accepted;
        for (std::size_t i = 0; i < objects.size(); ++i) {
            auto object = m_admit(objects[i]);
            if (object) {
                accepted.push_back(*object);
                continue;
            }
            for (const Error& error : object.error())
                result.refusals.push_back({origin, static_cast<qsizetype>(i), error});
        }
        if (accepted.size() == objects.size()) admitted.emplace(origin, std::move(accepted));
    }
    return admitted;
}

/// The objects there would be; nothing, and one refusal more, when two origins claim the same object.
std::optional<ResourceStore::Objects> ResourceStore::merge(const Transaction& transaction, const Admitted& admitted,
                                                           Result& result) const {
    Objects next;
    for (const auto& [key, object] : m_objects)
        if (!admitted.contains(object.origin) && !transaction.remove.contains(object.origin)) next.emplace(key, object);
    for (const auto& [origin, objects] : admitted) {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            const ObjectKey key = keyOf(objects[i]);
            const auto [place, isInserted] = next.emplace(key, StoredObject{key, origin, objects[i]});
            if (isInserted) continue;
            const QString where = place->second.origin == origin
                                      ? QStringLiteral("twice in this file")
                                      : QStringLiteral("in %1 and in %2").arg(place->second.origin, origin);
            result.refusals.push_back(
                {origin, static_cast<qsizetype>(i),
                 Error{ErrorCode::Conflict, QStringLiteral("%1 is defined %2").arg(key.text(), where),
                       QStringLiteral("metadata.name")}});
            return std::nullopt;
        }
    }
    return next;
}

void ResourceStore::replaceAll(Objects next, Result& result) {
    std::set<QString> kinds;
    std::vector<ObjectKey> gone;
    for (auto& [key, stored] : next) {
        const auto previous = m_objects.find(key);
        stored.object = withIdentity(stored.object, previous == m_objects.end() ? nullptr : &previous->second.object);
        if (previous != m_objects.end() && previous->second.object == stored.object) continue;
        kinds.insert(kindId(key));
        ++result.changed;
    }
    for (const auto& [key, stored] : m_objects) {
        if (next.contains(key)) continue;
        kinds.insert(kindId(key));
        gone.push_back(key);
        ++result.changed;
    }
    m_objects = std::move(next);
    for (const ObjectKey& key : gone) Q_EMIT removed(key);
    if (!kinds.empty()) Q_EMIT changed(QStringList(kinds.begin(), kinds.end()));
}

const StoredObject* ResourceStore::find(const ObjectKey& key) const {
    const auto it = m_objects.find(key);
    return it == m_objects.end() ? nullptr : &it->second;
}

std::vector<const StoredObject*> ResourceStore::list(const QString& apiVersion, const QString& kind,
                                                     const QString& ns) const {
    std::vector<const StoredObject*> result;
    for (const auto& [key, stored] : m_objects)
        if (key.apiVersion == apiVersion && key.kind == kind && (ns.isEmpty() || key.ns == ns))
            result.push_back(&stored);
    return result;
}

QCborMap ResourceStore::snapshot(const QStringList& kinds) const {
    QCborArray objects;
    for (const auto& [key, stored] : m_objects)
        if (kinds.contains(kindId(key))) objects.append(stored.object);
    return {{QStringLiteral("objects"), objects}};
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources/resource_store.h"

#include <QCborArray>
#include <QDateTime>
#include <QUuid>
#include <algorithm>
#include <utility>

#include "cbor_equality.h"
#include "fos1/cbor_size.h"

namespace fos1::host {

namespace {

/// Of one origin, which is refused as a whole: nobody reads more, and thousands of mistakes take seconds to find.
constexpr std::size_t kMostRefusals = 100;

qint64 generationOf(const QCborMap& object) {
    return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("generation")).toInteger();
}

/// The object as stored: identity and generation come from the previous version, and the generation is raised when the
/// spec differs.
QCborMap withIdentity(QCborMap object, const StoredObject* previous) {
    QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    const QCborMap before = previous ? previous->object() : QCborMap();
    const QCborMap old = before.value(QStringLiteral("metadata")).toMap();
    const auto carry = [&](const QString& field, const QCborValue& fresh) {
        if (metadata.contains(field)) return;
        metadata.insert(field, old.contains(field) ? old.value(field) : fresh);
    };
    carry(QStringLiteral("uid"), QUuid::createUuid().toString(QUuid::WithoutBraces));
    carry(QStringLiteral("creationTimestamp"), QDateTime::currentDateTimeUtc().toString(Qt::ISODate));
    // A source that numbers generations itself (an API server) keeps its numbers.
    if (!metadata.contains(QStringLiteral("generation"))) {
        const qint64 last = previous ? previous->generation : 0;
        const bool isSame = previous && haveSameContent(before, object);
        metadata.insert(QStringLiteral("generation"), isSame ? last : last + 1);
    }
    object.insert(QStringLiteral("metadata"), metadata);
    return object;
}

}  // namespace

ObjectKey objectKey(const QCborMap& object) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    return {object.value(QStringLiteral("apiVersion")).toString(), object.value(QStringLiteral("kind")).toString(),
            metadata.value(QStringLiteral("namespace")).toString(), metadata.value(QStringLiteral("name")).toString()};
}

bool haveSameContent(const QCborMap& a, const QCborMap& b) {
    const auto content = [](QCborMap object) {
        object.remove(QStringLiteral("metadata"));
        object.remove(QStringLiteral("status"));
        return object;
    };
    return isSameCbor(content(a), content(b));
}

QString kindId(const ObjectKey& key) { return key.apiVersion + u'/' + key.kind; }

ResourceStore::ResourceStore(Admit admit, QObject* parent) : QObject(parent), m_admit(std::move(admit)) {}

ResourceStore::Result ResourceStore::apply(const Transaction& transaction) {
    return take(transaction, examine(transaction));
}

ResourceStore::Result ResourceStore::take(const Transaction& transaction, Examined examined) {
    Result result{std::move(examined.refusals), 0};
    replace(examined.admitted, toRemove(transaction), result);
    return result;
}

ResourceStore::Examined ResourceStore::examine(const Transaction& transaction) {
    const std::set<QString> remove = toRemove(transaction);
    Examined examined = admitAll(transaction);
    // A refused origin keeps its old objects, which can collide with the objects of another origin. Each round refuses
    // one more origin. When all are refused, the old state remains, so the loop terminates.
    while (const auto clash = findClash(examined.admitted, remove)) {
        examined.refusals.push_back(*clash);
        examined.admitted.erase(clash->origin);
    }
    return examined;
}

/// Empty when nothing has come from there.
QString ResourceStore::ownerOf(const QString& origin) const {
    const auto known = m_origins.find(origin);
    return known == m_origins.end() || known->second.empty() ? QString() : known->second.front()->owner;
}

std::set<QString> ResourceStore::toRemove(const Transaction& transaction) const {
    std::set<QString> remove;
    // An origin belongs to its source: nobody else's are removed.
    for (const QString& origin : transaction.remove)
        if (ownerOf(origin) == transaction.owner) remove.insert(origin);
    if (transaction.isWhole)
        for (const auto& [origin, objects] : m_origins)
            if (!objects.empty() && objects.front()->owner == transaction.owner) remove.insert(origin);
    // A replaced origin is not removed, whether its new version is accepted or not.
    for (const auto& [origin, objects] : transaction.replace) remove.erase(origin);
    return remove;
}

tl::expected<StoredObject, Errors> ResourceStore::admitted(const QByteArray& object) {
    const QCborMap given = unpackedMap(object);
    if (given.isEmpty())
        return tl::unexpected(Errors{{ErrorCode::InvalidInput, QStringLiteral("is not a CBOR map"), {}}});
    const auto admitted = m_admit(given);
    if (!admitted) return tl::unexpected(admitted.error());
    const ObjectKey key = shared(objectKey(*admitted));
    const QCborMap next = withIdentity(*admitted, find(key));
    return StoredObject{key, {}, {}, generationOf(next), m_compactor.compactedObject(next), &m_compactor};
}

QByteArray ResourceStore::compactOf(const ObjectKey& key) const {
    const StoredObject* stored = find(key);
    return stored ? stored->compact : QByteArray();
}

void ResourceStore::prepare(const QByteArray& object) {
    // What waits for a transaction that never comes is bounded; a large object is checked with its transaction.
    constexpr qsizetype kMostPrepared = 2'000;
    constexpr qsizetype kMostBytes = 16 << 10;
    if (object.size() > kMostBytes) return;
    if (m_prepared.size() >= kMostPrepared) m_prepared.clear();
    if (auto stored = admitted(object)) {
        QByteArray replaced = compactOf(stored->key);
        m_prepared.insert(object, {std::move(*stored), std::move(replaced)});
    }
}

tl::expected<StoredObject, Errors> ResourceStore::takePrepared(const QByteArray& object) {
    const auto known = m_prepared.find(object);
    if (known == m_prepared.end()) return admitted(object);
    const Prepared prepared = std::move(*known);
    m_prepared.erase(known);
    return compactOf(prepared.object.key) == prepared.replaced ? prepared.object : admitted(object);
}

/// The origins of which every object is acceptable.
ResourceStore::Examined ResourceStore::admitAll(const Transaction& transaction) {
    Examined examined{{}, transaction.objections};
    std::set<QString> objected;
    for (const Refusal& objection : transaction.objections) objected.insert(objection.origin);
    for (const auto& [origin, objects] : transaction.replace) {
        if (const QString owner = ownerOf(origin); !owner.isEmpty() && owner != transaction.owner) {
            examined.refusals.push_back(
                {origin,
                 0,
                 {ErrorCode::Conflict, QStringLiteral("%1 belongs to plugin \"%2\"").arg(origin, owner), {}}});
            continue;
        }
        std::vector<StoredObject> accepted;
        const std::size_t before = examined.refusals.size();
        for (std::size_t i = 0; i < objects.size() && examined.refusals.size() - before < kMostRefusals; ++i) {
            auto object = takePrepared(objects[i]);
            if (object) {
                object->origin = origin;
                object->owner = transaction.owner;
                accepted.push_back(std::move(*object));
                continue;
            }
            for (const Error& error : object.error())
                examined.refusals.push_back({origin, static_cast<qsizetype>(i), error});
        }
        if (accepted.size() == objects.size() && !objected.contains(origin))
            examined.admitted.emplace(origin, std::move(accepted));
    }
    return examined;
}

/// Why one of the origins conflicts with the other origins or with the objects that stay.
std::optional<Refusal> ResourceStore::findClash(const Admitted& admitted, const std::set<QString>& remove) const {
    std::map<ObjectKey, QString> claims;
    for (const auto& [origin, objects] : admitted) {
        for (std::size_t i = 0; i < objects.size(); ++i) {
            const ObjectKey& key = objects[i].key;
            const auto [claim, isFirst] = claims.emplace(key, origin);
            const StoredObject* present = find(key);
            const bool stays = present && !admitted.contains(present->origin) && !remove.contains(present->origin);
            if (isFirst && !stays) continue;
            const QString other = stays ? present->origin : claim->second;
            const QString where = other == origin ? QStringLiteral("twice in this file")
                                                  : QStringLiteral("in %1 and in %2").arg(other, origin);
            return Refusal{origin, static_cast<qsizetype>(i),
                           Error{ErrorCode::Conflict, QStringLiteral("%1 is defined %2").arg(key.text(), where),
                                 QStringLiteral("metadata.name")}};
        }
    }
    return std::nullopt;
}

void ResourceStore::replace(Admitted& admitted, const std::set<QString>& remove, Result& result) {
    std::vector<ObjectKey> news;
    std::set<ObjectKey> leaving;
    const auto leave = [&](const QString& origin) {
        const auto known = m_origins.find(origin);
        if (known == m_origins.end()) return;
        for (const StoredObject* object : known->second) leaving.insert(object->key);
        m_origins.erase(known);
    };
    for (const QString& origin : remove) leave(origin);
    for (const auto& [origin, objects] : admitted) leave(origin);
    for (auto& [origin, objects] : admitted) {
        std::vector<const StoredObject*>& ours = m_origins[origin];
        ours.reserve(objects.size());
        for (StoredObject& object : objects) {
            leaving.erase(object.key);
            auto place = m_objects.lower_bound(object.key);
            const bool isKnown = place != m_objects.end() && place->key == object.key;
            if (!isKnown || m_compactor.expanded(place->compact) != m_compactor.expanded(object.compact))
                news.push_back(object.key);
            // An object has one origin. leave() has removed the old one above, so nothing refers to the old object.
            if (isKnown) place = m_objects.erase(place);
            ours.push_back(&*m_objects.insert(place, std::move(object)));
        }
    }
    for (const ObjectKey& key : leaving) {
        m_objects.erase(m_objects.find(key));
        news.push_back(key);
    }
    result.changed = static_cast<int>(news.size());
    if (news.empty()) return;
    for (const ObjectKey& key : leaving) Q_EMIT removed(key);
    Q_EMIT objectsChanged(news);
    std::set<QString> kinds;
    for (const ObjectKey& key : news) kinds.insert(kindId(key));
    Q_EMIT changed(QStringList(kinds.begin(), kinds.end()));
}

ObjectKey ResourceStore::shared(const ObjectKey& key) {
    if (const StoredObject* stored = find(key)) return stored->key;
    return m_pool.shared(key);
}

const StoredObject* ResourceStore::find(const ObjectKey& key) const {
    const auto it = m_objects.find(key);
    return it == m_objects.end() ? nullptr : &*it;
}

std::vector<const StoredObject*> ResourceStore::list(const QString& apiVersion, const QString& kind,
                                                     const QString& ns) const {
    std::vector<const StoredObject*> result;
    for (const StoredObject& stored : m_objects)
        if (stored.key.apiVersion == apiVersion && stored.key.kind == kind && (ns.isEmpty() || stored.key.ns == ns))
            result.push_back(&stored);
    return result;
}

std::set<ObjectKey> ResourceStore::keys(const QStringList& kinds) const {
    std::set<ObjectKey> keys;
    for (const StoredObject& stored : m_objects)
        if (kinds.contains(kindId(stored.key))) keys.insert(stored.key);
    return keys;
}

QCborMap ResourceStore::snapshot(const QStringList& kinds) const { return snapshotWith(kinds, {}); }

QCborMap ResourceStore::snapshotWith(const QStringList& kinds, const std::vector<QCborMap>& objects) const {
    std::map<ObjectKey, QCborMap> all;
    for (const StoredObject& stored : m_objects)
        if (kinds.contains(kindId(stored.key))) all.emplace(stored.key, stored.object());
    for (const QCborMap& object : objects) {
        const ObjectKey key = objectKey(object);
        if (!kinds.contains(kindId(key))) continue;
        const StoredObject* before = find(key);
        all.insert_or_assign(key, withIdentity(object, before));
    }
    QCborArray list;
    for (const auto& [key, object] : all) list.append(object);
    return {{QStringLiteral("objects"), list}};
}

}  // namespace fos1::host

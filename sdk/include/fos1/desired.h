// SPDX-License-Identifier: MIT
// Desired state as a plugin sees it: typed access to the contents of a snapshot's QCborMap.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <tuple>
#include <vector>

namespace fos1 {

/// Identifies one object of any kind.
struct ObjectKey {
    QString apiVersion;
    QString kind;
    QString ns;
    QString name;

    bool operator==(const ObjectKey& other) const = default;
    bool operator<(const ObjectKey& other) const {
        // Thousands of keys share three of the four texts, often in the same memory.
        const auto order = [](const QString& a, const QString& b) {
            return a.constData() == b.constData() && a.size() == b.size() ? 0 : a.compare(b);
        };
        if (const int first = order(apiVersion, other.apiVersion); first != 0) return first < 0;
        if (const int second = order(kind, other.kind); second != 0) return second < 0;
        if (const int third = order(ns, other.ns); third != 0) return third < 0;
        return order(name, other.name) < 0;
    }

    [[nodiscard]] QCborMap toCbor() const {
        return {{QStringLiteral("apiVersion"), apiVersion},
                {QStringLiteral("kind"), kind},
                {QStringLiteral("namespace"), ns},
                {QStringLiteral("name"), name}};
    }

    static ObjectKey fromCbor(const QCborMap& map) {
        return {map.value(QStringLiteral("apiVersion")).toString(), map.value(QStringLiteral("kind")).toString(),
                map.value(QStringLiteral("namespace")).toString(), map.value(QStringLiteral("name")).toString()};
    }

    /// "Widget default/main", for people.
    [[nodiscard]] QString text() const { return kind + u' ' + ns + u'/' + name; }
};

struct DesiredObject {
    ObjectKey key;
    qint64 generation = 0;
    QCborMap metadata;
    QCborMap spec;

    static DesiredObject fromCbor(const QCborMap& object) {
        const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
        return {
            {object.value(QStringLiteral("apiVersion")).toString(), object.value(QStringLiteral("kind")).toString(),
             metadata.value(QStringLiteral("namespace")).toString(), metadata.value(QStringLiteral("name")).toString()},
            metadata.value(QStringLiteral("generation")).toInteger(),
            metadata,
            object.value(QStringLiteral("spec")).toMap()};
    }
};

/// The objects of one snapshot, ordered by key.
inline std::vector<DesiredObject> desiredObjects(const QCborMap& snapshot) {
    std::vector<DesiredObject> objects;
    const QCborArray list = snapshot.value(QStringLiteral("objects")).toArray();
    objects.reserve(static_cast<std::size_t>(list.size()));
    for (const QCborValue& value : list) objects.push_back(DesiredObject::fromCbor(value.toMap()));
    return objects;
}

}  // namespace fos1

// SPDX-License-Identifier: MIT
// Desired state as a plugin sees it: what a snapshot's QCborMap says, with names.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QString>
#include <tuple>
#include <vector>

namespace fos1 {

/// Names one object of any kind.
struct ObjectKey {
    QString apiVersion;
    QString kind;
    QString ns;
    QString name;

    bool operator==(const ObjectKey& other) const = default;
    bool operator<(const ObjectKey& other) const {
        return std::tie(apiVersion, kind, ns, name) < std::tie(other.apiVersion, other.kind, other.ns, other.name);
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

    /// "NTPService default/main-ntp", for people.
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

/// The objects of one snapshot, in the order of their keys.
inline std::vector<DesiredObject> desiredObjects(const QCborMap& snapshot) {
    std::vector<DesiredObject> objects;
    const QCborArray list = snapshot.value(QStringLiteral("objects")).toArray();
    objects.reserve(static_cast<std::size_t>(list.size()));
    for (const QCborValue& value : list) objects.push_back(DesiredObject::fromCbor(value.toMap()));
    return objects;
}

}  // namespace fos1

// SPDX-License-Identifier: GPL-2.0-or-later
// What a user of ListWatch knows about the NTPServices of a server.
#pragma once

#include <QCborMap>
#include <QStringList>
#include <map>

#include "list_watch.h"

namespace fos1::kube {

inline const ResourceType kServices{"ntp.fos1.io/v1alpha1", "NTPService", "ntpservices", true};

inline QString nameOf(const QCborMap& object) {
    return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("name")).toString();
}

inline QJsonObject serviceObject(const QString& name, const QJsonObject& labels = {},
                                 const QString& ns = QStringLiteral("default")) {
    return {{"apiVersion", kServices.apiVersion},
            {"kind", kServices.kind},
            {"metadata", QJsonObject{{"name", name}, {"namespace", ns}, {"labels", labels}}},
            {"spec", QJsonObject{{"enabled", true}, {"sources", QJsonObject{}}, {"server", QJsonObject{}}}}};
}

/// The objects that a user of ListWatch knows.
struct Follower {
    ListWatch watch;
    std::map<QString, QCborMap> objects;
    std::map<QString, QCborMap> next;  ///< of the list under way
    int lists = 0;
    int events = 0;
    QStringList deletions;
    QStringList problems;  ///< all that were ever reported

    Follower(ApiClient& client, const ListScope& scope = {}, ListWatch::Options options = {})
        : watch(client, kServices, scope, options) {
        QObject::connect(&watch, &ListWatch::listing, &watch, [this] { next.clear(); });
        QObject::connect(&watch, &ListWatch::listed, &watch, [this](const QList<QCborMap>& page) {
            for (const QCborMap& object : page) next[nameOf(object)] = object;
        });
        QObject::connect(&watch, &ListWatch::replaced, &watch, [this] {
            ++lists;
            for (const auto& [name, object] : objects)
                if (!next.contains(name)) deletions.append(name);
            objects = next;
        });
        QObject::connect(&watch, &ListWatch::updated, &watch, [this](const QCborMap& object) {
            ++events;
            objects[nameOf(object)] = object;
        });
        QObject::connect(&watch, &ListWatch::deleted, &watch, [this](const QCborMap& object) {
            ++events;
            deletions.append(nameOf(object));
            objects.erase(nameOf(object));
        });
        QObject::connect(&watch, &ListWatch::stateChanged, &watch, [this] {
            if (!watch.problem().isEmpty()) problems.append(watch.problem());
        });
        watch.start();
    }
    [[nodiscard]] QString names() const {
        QStringList all;
        for (const auto& [name, object] : objects) all.append(name);
        return all.join(u' ');
    }
    [[nodiscard]] bool isWatching() const { return watch.state() == ListWatch::State::Watching; }
};

}  // namespace fos1::kube

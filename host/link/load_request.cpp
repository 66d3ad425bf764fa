// SPDX-License-Identifier: GPL-2.0-or-later
#include "link/load_request.h"

#include <QCborArray>

namespace fos1::link {

namespace {

QCborArray list(const QStringList& texts) { return QCborArray::fromStringList(texts); }

QStringList texts(const QCborMap& map, QLatin1String key) {
    QStringList result;
    const QCborArray array = map.value(key).toArray();
    for (const QCborValue& item : array) result.append(item.toString());
    return result;
}

std::optional<unsigned> id(const QCborMap& map, QLatin1String key) {
    const QCborValue value = map.value(key);
    return value.isInteger() ? std::optional(static_cast<unsigned>(value.toInteger())) : std::nullopt;
}

}  // namespace

QCborMap LoadRequest::encode() const {
    QCborMap map{{QStringLiteral("id"), this->id},
                 {QStringLiteral("file"), file},
                 {QStringLiteral("publishes"), list(publishes)},
                 {QStringLiteral("subscribes"), list(subscribes)},
                 {QStringLiteral("features"), list(features)},
                 {QStringLiteral("configuration"), configuration},
                 {QStringLiteral("state"), stateDirectory},
                 {QStringLiteral("runtime"), runtimeDirectory},
                 {QStringLiteral("capabilities"), list(confinement.capabilities)},
                 {QStringLiteral("read"), list(confinement.read)},
                 {QStringLiteral("write"), list(confinement.write)},
                 {QStringLiteral("execute"), list(confinement.execute)},
                 {QStringLiteral("memory_mib"), confinement.memoryMiB}};
    if (confinement.uid) map.insert(QStringLiteral("uid"), qint64{*confinement.uid});
    QCborArray groups;
    for (const unsigned group : confinement.groups) groups.append(qint64{group});
    map.insert(QStringLiteral("groups"), groups);
    if (confinement.gid) map.insert(QStringLiteral("gid"), qint64{*confinement.gid});
    return map;
}

LoadRequest LoadRequest::decode(const QCborMap& map) {
    LoadRequest request;
    request.id = map.value(QLatin1String("id")).toString();
    request.file = map.value(QLatin1String("file")).toString();
    request.publishes = texts(map, QLatin1String("publishes"));
    request.subscribes = texts(map, QLatin1String("subscribes"));
    request.features = texts(map, QLatin1String("features"));
    request.configuration = map.value(QLatin1String("configuration")).toMap();
    request.stateDirectory = map.value(QLatin1String("state")).toString();
    request.runtimeDirectory = map.value(QLatin1String("runtime")).toString();
    request.confinement.uid = fos1::link::id(map, QLatin1String("uid"));
    request.confinement.gid = fos1::link::id(map, QLatin1String("gid"));
    const QCborArray groups = map.value(QLatin1String("groups")).toArray();
    for (const QCborValue& group : groups)
        request.confinement.groups.push_back(static_cast<unsigned>(group.toInteger()));
    request.confinement.capabilities = texts(map, QLatin1String("capabilities"));
    request.confinement.read = texts(map, QLatin1String("read"));
    request.confinement.write = texts(map, QLatin1String("write"));
    request.confinement.execute = texts(map, QLatin1String("execute"));
    request.confinement.memoryMiB = static_cast<int>(map.value(QLatin1String("memory_mib")).toInteger());
    return request;
}

}  // namespace fos1::link

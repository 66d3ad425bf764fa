// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/cluster_object.h"

#include <QCborValue>

namespace fos1::crd {

ObjectKey clusterKeyOf(const QCborMap& object) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    return {object.value(QStringLiteral("apiVersion")).toString(), object.value(QStringLiteral("kind")).toString(),
            metadata.value(QStringLiteral("namespace")).toString(), metadata.value(QStringLiteral("name")).toString()};
}

QCborMap desiredOf(const QCborMap& object) {
    const QCborMap given = object.value(QStringLiteral("metadata")).toMap();
    QCborMap metadata;
    for (const char* field : {"name", "namespace", "uid", "generation", "creationTimestamp", "labels"})
        if (given.contains(QLatin1String(field)))
            metadata.insert(QLatin1String(field), given.value(QLatin1String(field)));
    QCborMap annotations = given.value(QStringLiteral("annotations")).toMap();
    annotations.remove(QStringLiteral("kubectl.kubernetes.io/last-applied-configuration"));
    if (!annotations.isEmpty()) metadata.insert(QStringLiteral("annotations"), annotations);
    QCborMap desired = object;
    desired.remove(QStringLiteral("status"));
    desired.insert(QStringLiteral("metadata"), metadata);
    return desired;
}

ClusterObject clusterObjectOf(const QCborMap& object, Compactor& compactor) {
    const QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
    ClusterObject result;
    result.desired = compactor.compactedObject(desiredOf(object));
    result.version = metadata.value(QStringLiteral("resourceVersion")).toString();
    const QCborArray finalizers = metadata.value(QStringLiteral("finalizers")).toArray();
    for (const QCborValue& finalizer : finalizers) result.finalizers.append(finalizer.toString());
    result.isDeleting = !metadata.value(QStringLiteral("deletionTimestamp")).toString().isEmpty();
    if (const QCborValue status = object.value(QStringLiteral("status")); status.isMap())
        result.status = compactor.compacted(
            status.toCbor(), object.value(QStringLiteral("kind")).toString() + QStringLiteral(" status"));
    return result;
}

}  // namespace fos1::crd

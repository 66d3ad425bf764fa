// SPDX-License-Identifier: GPL-2.0-or-later
// What the watcher stores of one object of a cluster, and the part that the host sees. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QStringList>

#include "compactor.h"
#include "fos1/desired.h"

namespace fos1::crd {

/// Compacted, because there may be thousands. The owner of the objects has the samples.
struct ClusterObject {
    QByteArray desired;  ///< desiredOf() as CBOR
    QString version;     ///< resourceVersion
    QStringList finalizers;
    bool isDeleting = false;  ///< it has a deletionTimestamp
    QByteArray status;        ///< `nodes` and the aggregated status, as CBOR
};

/// From an object in the form of a list or a watch.
ClusterObject clusterObjectOf(const QCborMap& object, Compactor& compactor);
ObjectKey clusterKeyOf(const QCborMap& object);

/// The object without parts that change by themselves: resourceVersion, managedFields, status, and kubectl apply's
/// copy.
QCborMap desiredOf(const QCborMap& object);

}  // namespace fos1::crd

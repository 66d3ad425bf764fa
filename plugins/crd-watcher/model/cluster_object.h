// SPDX-License-Identifier: GPL-2.0-or-later
// What the watcher keeps of one object of a cluster, and what of it the host is to see. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QStringList>

#include "compactor.h"
#include "fos1/desired.h"

namespace fos1::crd {

/// Compacted, for there may be thousands; whoever keeps it has the samples.
struct ClusterObject {
    QByteArray desired;  ///< desiredOf() as CBOR
    QString version;     ///< resourceVersion
    QStringList finalizers;
    bool isDeleting = false;  ///< it has a deletionTimestamp
    QByteArray status;        ///< `nodes` and what is said for all of them, as CBOR
};

/// Of an object as a list or a watch gives it.
ClusterObject clusterObjectOf(const QCborMap& object, Compactor& compactor);
ObjectKey clusterKeyOf(const QCborMap& object);

/// The object without what moves by itself: resourceVersion, managedFields, status, the copy that kubectl apply keeps.
QCborMap desiredOf(const QCborMap& object);

}  // namespace fos1::crd

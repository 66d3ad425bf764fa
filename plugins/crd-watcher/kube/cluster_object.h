// SPDX-License-Identifier: GPL-2.0-or-later
// What the watcher stores of one object of a cluster, and the part that the host sees. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QStringList>

#include "compact.h"
#include "fos1/desired.h"

namespace fos1::crd {

struct ClusterObject {
    QByteArray desired;  ///< desiredOf() as compacted() CBOR, because there may be thousands
    QString version;     ///< resourceVersion
    QStringList finalizers;
    bool isDeleting = false;   ///< it has a deletionTimestamp
    QByteArray compactStatus;  ///< CBOR, likewise compacted()

    /// `nodes` and the aggregated status.
    [[nodiscard]] QCborMap status() const { return QCborValue::fromCbor(expanded(compactStatus)).toMap(); }
    [[nodiscard]] QString uid() const;
};

/// From an object in the form of a list or a watch.
ClusterObject clusterObjectOf(const QCborMap& object);
ObjectKey clusterKeyOf(const QCborMap& object);

/// The object without parts that change by themselves: resourceVersion, managedFields, status, and kubectl apply's
/// copy.
QCborMap desiredOf(const QCborMap& object);

}  // namespace fos1::crd

// SPDX-License-Identifier: GPL-2.0-or-later
// What the watcher keeps of one object of a cluster, and what of it the host is to see. Pure.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <QStringList>

#include "compact.h"
#include "fos1/desired.h"

namespace fos1::crd {

struct ClusterObject {
    QByteArray desired;  ///< desiredOf() as compacted() CBOR: there may be thousands
    QString version;     ///< resourceVersion
    QStringList finalizers;
    bool isDeleting = false;   ///< it has a deletionTimestamp
    QByteArray compactStatus;  ///< likewise

    /// `nodes` and what is said for all of them.
    [[nodiscard]] QCborMap status() const { return QCborValue::fromCbor(expanded(compactStatus)).toMap(); }
    [[nodiscard]] QString uid() const;
};

/// Of an object as a list or a watch gives it.
ClusterObject clusterObjectOf(const QCborMap& object);
ObjectKey clusterKeyOf(const QCborMap& object);

/// The object without what moves by itself: resourceVersion, managedFields, status, the copy that kubectl apply keeps.
QCborMap desiredOf(const QCborMap& object);

}  // namespace fos1::crd

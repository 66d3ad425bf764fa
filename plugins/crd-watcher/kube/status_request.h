// SPDX-License-Identifier: GPL-2.0-or-later
// Requests that write the status of an object. Empty texts are left out: they carry no information, and old servers
// turn an applied empty text into null.
#pragma once

#include <QCborMap>

#include "api_types.h"
#include "fos1/desired.h"

namespace fos1::crd {

/// Server-side apply: what `manager` applied before and is not in `status` is removed. With `version`, it is refused
/// (409) when the object has changed since.
kube::ApiRequest statusRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                               const QCborMap& status, const QString& version = {});

/// A merge patch: fields are replaced, and those with the value null are removed, whoever wrote them. With `version`,
/// it is refused (409) when the object has changed since.
kube::ApiRequest mergeRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                              const QCborMap& status, const QString& version);

/// About the entry at `index` of status.nodes, whoever wrote it.
struct EntryChange {
    qsizetype index = 0;
    QString name;    ///< it is refused (422) when the entry of another node is there now
    QCborMap entry;  ///< empty: the entry is removed
};
kube::ApiRequest entryRequest(const kube::ResourceType& type, const ObjectKey& key, const QString& manager,
                              const EntryChange& change);

}  // namespace fos1::crd

// SPDX-License-Identifier: GPL-2.0-or-later
// The part of an object that all kinds share: metadata (ObjectMeta of Kubernetes).
#pragma once

#include <QCborMap>

#include "fos1/result.h"

namespace fos1::schema {

/// `object`'s metadata with its namespace filled in ("default"), or every mistake with its path (`metadata.name`).
tl::expected<QCborMap, Errors> admitMetadata(const QCborMap& object, bool namespaced);

}  // namespace fos1::schema

// SPDX-License-Identifier: MIT
// Merge patches (RFC 7396) on CBOR maps. Inline.
#pragma once

#include <QCborMap>

namespace fos1 {

/// `value` with the fields of `patch`: a map is merged, null removes a field, and anything else replaces it.
inline QCborMap mergePatched(const QCborMap& value, const QCborMap& patch) {
    QCborMap result = value;
    for (const auto& item : patch) {
        const QCborValue change = item.second;
        if (change.isNull())
            result.remove(QCborValue(item.first));
        else if (change.isMap())
            result[QCborValue(item.first)] = mergePatched(result.value(QCborValue(item.first)).toMap(), change.toMap());
        else
            result[QCborValue(item.first)] = change;
    }
    return result;
}

}  // namespace fos1

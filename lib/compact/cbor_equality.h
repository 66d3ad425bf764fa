// SPDX-License-Identifier: GPL-2.0-or-later
// Whether two CBOR values are the same as JSON: 1 and 1.0 are equal, and so are maps in another order.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>
#include <algorithm>

namespace fos1 {

inline bool isSameCbor(const QCborValue& a, const QCborValue& b);

inline bool isSameCbor(const QCborMap& a, const QCborMap& b) {
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&b](const auto& item) {
               const auto other = b.constFind(item.first);
               return other != b.constEnd() && isSameCbor(QCborValue(item.second), QCborValue(other.value()));
           });
}

inline bool isSameCbor(const QCborArray& a, const QCborArray& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const QCborValue& one, const QCborValue& other) { return isSameCbor(one, other); });
}

inline bool isSameCbor(const QCborValue& a, const QCborValue& b) {
    const auto isNumber = [](const QCborValue& value) { return value.isInteger() || value.isDouble(); };
    if (a.isMap() && b.isMap()) return isSameCbor(a.toMap(), b.toMap());
    if (a.isArray() && b.isArray()) return isSameCbor(a.toArray(), b.toArray());
    if (isNumber(a) && isNumber(b) && a.type() != b.type()) return a.toDouble() == b.toDouble();
    return a == b;
}

}  // namespace fos1

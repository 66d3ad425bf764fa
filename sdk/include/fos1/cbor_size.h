// SPDX-License-Identifier: MIT
// An upper bound of the encoded size of a CBOR value, without encoding it.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>

namespace fos1 {

/// An upper bound in bytes; it counts every head as 9 bytes (RFC 8949, section 3).
inline qsizetype encodedSizeBound(const QCborValue& value) {
    constexpr qsizetype kHead = 9;
    if (value.isString()) return kHead + value.toString().size() * 3;
    if (value.isByteArray()) return kHead + value.toByteArray().size();
    if (value.isArray()) {
        qsizetype size = kHead;
        const QCborArray array = value.toArray();
        for (const QCborValue& item : array) size += encodedSizeBound(item);
        return size;
    }
    if (value.isMap()) {
        qsizetype size = kHead;
        const QCborMap map = value.toMap();
        for (const auto& item : map) size += encodedSizeBound(item.first) + encodedSizeBound(QCborValue(item.second));
        return size;
    }
    if (value.isTag()) return kHead + encodedSizeBound(value.taggedValue());
    return kHead;
}

/// Whether `map` encodes to at most `limit` bytes. Encodes it only when the upper bound exceeds the limit.
inline bool fitsEncoded(const QCborMap& map, qsizetype limit) {
    return encodedSizeBound(map) <= limit || QCborValue(map).toCbor().size() <= limit;
}

/// The map that packed() encoded. Empty when the bytes are invalid: Qt 6.4 cannot handle a partially read map.
inline QCborMap unpackedMap(const QByteArray& bytes) {
    QCborParserError broken;
    const QCborValue value = QCborValue::fromCbor(bytes, &broken);
    return broken.error == QCborError::NoError ? value.toMap() : QCborMap();
}

/// The encoding of `value`, in a buffer without spare capacity.
inline QByteArray packed(const QCborValue& value) {
    QByteArray bytes = value.toCbor();
    bytes.squeeze();
    return bytes;
}

}  // namespace fos1

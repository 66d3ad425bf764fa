// SPDX-License-Identifier: MIT
// An upper bound of the encoded size of a CBOR value, without encoding it.
#pragma once

#include <QCborArray>
#include <QCborMap>
#include <QCborValue>

namespace fos1 {

/// At most this many bytes; every head is counted with 9 bytes (RFC 8949, section 3).
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

/// Whether `map` encodes to at most `limit` bytes; encodes it only when the bound cannot tell.
inline bool fitsEncoded(const QCborMap& map, qsizetype limit) {
    return encodedSizeBound(map) <= limit || QCborValue(map).toCbor().size() <= limit;
}

/// The map that was packed(); an empty one when the bytes are broken: Qt 6.4 does not bear that half a map is read.
inline QCborMap unpackedMap(const QByteArray& bytes) {
    QCborParserError broken;
    const QCborValue value = QCborValue::fromCbor(bytes, &broken);
    return broken.error == QCborError::NoError ? value.toMap() : QCborMap();
}

/// Its encoding, in no more memory than that takes.
inline QByteArray packed(const QCborValue& value) {
    QByteArray bytes = value.toCbor();
    bytes.squeeze();
    return bytes;
}

}  // namespace fos1

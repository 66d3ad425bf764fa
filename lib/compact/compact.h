// SPDX-License-Identifier: GPL-2.0-or-later
// Thousands of values that resemble each other, in little memory: each is deflated (RFC 1951) against a sample of its
// family, an object of 260 bytes to 60, which takes some 10 us, and 1 us to read. Any thread.
#pragma once

#include <QByteArray>
#include <QCborMap>
#include <QString>
#include <functional>

namespace fos1 {

/// `value` for expanded(), in the same program or shared object. The sample is `sample()`, or the first value of the
/// family when there is none; it is never forgotten, so nothing secret may be in it. Without a family, and when it
/// is longer than 16 KiB or gains nothing, a value is kept as it is. The same value need not give the same bytes again.
[[nodiscard]] QByteArray compacted(const QByteArray& value, const QString& family,
                                   const std::function<QByteArray()>& sample = {});

[[nodiscard]] QByteArray expanded(const QByteArray& compact);

/// An object of a kind as compacted() CBOR; its sample has no texts but those of its head, without annotations, for
/// some are secret.
[[nodiscard]] QByteArray compactedObject(const QCborMap& object);

}  // namespace fos1

// SPDX-License-Identifier: GPL-2.0-or-later
// Thousands of values that resemble each other, in little memory: each is deflated (RFC 1951) against a sample of its
// family, an object of 260 bytes to 60, which takes some 10 us, and some 2 us to read. Must not know what they are.
#pragma once

#include <zlib.h>

#include <QByteArray>
#include <QCborMap>
#include <QHash>
#include <QString>
#include <functional>
#include <vector>

namespace fos1 {

/// The samples of one owner. Reading needs nothing else, and no other thread: a copy reads on another one what was
/// compacted before it was made.
class CompactSamples {
   public:
    /// What Compactor::compacted() made with these samples.
    [[nodiscard]] QByteArray expanded(const QByteArray& compact) const;

   private:
    friend class Compactor;
    std::vector<QByteArray> m_samples;
};

/// Owned by the object that keeps the values; the samples end with it. At most 255 families of at most 2 KiB have one.
/// Of one thread.
class Compactor {
   public:
    static constexpr std::size_t kMostFamilies = 255;

    Compactor();
    ~Compactor();
    Compactor(const Compactor&) = delete;
    Compactor& operator=(const Compactor&) = delete;

    /// `value` for expanded(). The sample is `sample()`, or the first value of the family when there is none; it is
    /// kept as long as this object, so nothing secret may be in it. Without a family, beyond the last one that has a
    /// sample, and when it is longer than 16 KiB or gains nothing, a value is kept as it is. The same value need not
    /// give the same bytes again.
    [[nodiscard]] QByteArray compacted(const QByteArray& value, const QString& family,
                                       const std::function<QByteArray()>& sample = {});

    /// An object of a kind as compacted CBOR; its sample has no texts but those of its head, without annotations, for
    /// some are secret.
    [[nodiscard]] QByteArray compactedObject(const QCborMap& object);

    [[nodiscard]] QByteArray expanded(const QByteArray& compact) const { return m_samples.expanded(compact); }
    /// A map as CBOR.
    [[nodiscard]] QCborMap expandedMap(const QByteArray& compact) const {
        return QCborValue::fromCbor(expanded(compact)).toMap();
    }

    [[nodiscard]] const CompactSamples& samples() const { return m_samples; }

   private:
    std::size_t learn(const QString& family, const QByteArray& sample);
    QByteArray deflated(const QByteArray& value, std::size_t sample);

    CompactSamples m_samples;
    QHash<QString, std::size_t> m_families;  ///< their sample's number, from 1
    z_stream m_deflate = {};
    QByteArray m_buffer;
};

/// A value that needs no samples, for places that are filled with compacted ones.
[[nodiscard]] QByteArray uncompacted(const QByteArray& value);

}  // namespace fos1

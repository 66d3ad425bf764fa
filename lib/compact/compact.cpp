// SPDX-License-Identifier: GPL-2.0-or-later
// zlib.h. The streams are "raw": the sizes are known, and memory needs no checksum.
#include "compact.h"

#include <zlib.h>

#include <QCborArray>
#include <QHash>
#include <array>
#include <mutex>
#include <vector>

namespace fos1 {

namespace {

constexpr qsizetype kLongest = 16 * 1024;
constexpr qsizetype kLongestSample = 2 * 1024;  ///< limited by the window below
constexpr int kWindowBits = -11;                ///< negative: raw
constexpr int kMemoryLevel = 4;
/// The first byte of a compacted value: kPlain (no sample) and then the value, or the sample's number, the value's
/// length in two bytes and the stream.
constexpr char kPlain = 0;
constexpr std::size_t kMostSamples = 255;
constexpr qsizetype kHead = 3;

auto* bytesOf(const QByteArray& array) {
    // zlib.h reads through pointers to non-const data.
    return reinterpret_cast<Bytef*>(const_cast<char*>(array.data()));  // NOLINT
}

uInt sizeOf(const QByteArray& array) { return static_cast<uInt>(array.size()); }

QByteArray plain(const QByteArray& value) {
    QByteArray result;
    result.reserve(value.size() + 1);
    return result.append(kPlain).append(value);
}

class Press {
   public:
    Press() {
        if (deflateInit2(&m_deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemoryLevel,
                         Z_DEFAULT_STRATEGY) != Z_OK ||
            inflateInit2(&m_inflate, kWindowBits) != Z_OK)
            qFatal("zlib does not start");
    }
    ~Press() {
        deflateEnd(&m_deflate);
        inflateEnd(&m_inflate);
    }
    Press(const Press&) = delete;
    Press& operator=(const Press&) = delete;

    QByteArray compact(const QByteArray& value, const QString& family, const std::function<QByteArray()>& sample) {
        const std::lock_guard lock(m_mutex);
        const auto known = m_families.constFind(family);
        const std::size_t number = known != m_families.cend() ? *known : learn(family, sample ? sample() : value);
        if (number == 0) return plain(value);
        const QByteArray& dictionary = m_samples[number - 1];
        if (deflateReset(&m_deflate) != Z_OK ||
            deflateSetDictionary(&m_deflate, bytesOf(dictionary), sizeOf(dictionary)) != Z_OK)
            return plain(value);
        m_deflate.next_in = bytesOf(value);
        m_deflate.avail_in = sizeOf(value);
        m_deflate.next_out = m_buffer.data();
        m_deflate.avail_out = static_cast<uInt>(value.size() - kHead);  // a longer result would not save memory
        if (deflate(&m_deflate, Z_FINISH) != Z_STREAM_END) return plain(value);
        const auto length = static_cast<qsizetype>(m_deflate.next_out - m_buffer.data());
        QByteArray result;
        result.reserve(kHead + length);
        result.append(static_cast<char>(number))
            .append(static_cast<char>(value.size() & 0xff))
            .append(static_cast<char>(value.size() >> 8));
        return result.append(reinterpret_cast<const char*>(m_buffer.data()), length);
    }

    QByteArray expand(const QByteArray& compact) {
        const std::lock_guard lock(m_mutex);
        const QByteArray& dictionary = m_samples.at(static_cast<std::uint8_t>(compact[0]) - 1U);
        QByteArray value(static_cast<std::uint8_t>(compact[1]) | static_cast<std::uint8_t>(compact[2]) << 8,
                         Qt::Uninitialized);
        inflateReset(&m_inflate);
        inflateSetDictionary(&m_inflate, bytesOf(dictionary), sizeOf(dictionary));
        m_inflate.next_in = bytesOf(compact) + kHead;
        m_inflate.avail_in = sizeOf(compact) - kHead;
        m_inflate.next_out = bytesOf(value);
        m_inflate.avail_out = sizeOf(value);
        if (inflate(&m_inflate, Z_FINISH) != Z_STREAM_END) qFatal("a compacted value is damaged");
        return value;
    }

   private:
    /// The number of the new sample; 0: there are too many.
    std::size_t learn(const QString& family, const QByteArray& sample) {
        if (m_samples.size() == kMostSamples || sample.isEmpty()) return 0;
        m_samples.push_back(sample.first(std::min(sample.size(), kLongestSample)));
        m_families.insert(family, m_samples.size());
        return m_samples.size();
    }

    std::mutex m_mutex;
    z_stream m_deflate = {};
    z_stream m_inflate = {};
    QHash<QString, std::size_t> m_families;
    std::vector<QByteArray> m_samples;
    std::array<Bytef, kLongest> m_buffer = {};
};

Press& press() {
    static Press one;
    return one;
}

QCborValue withoutTexts(const QCborValue& value) {
    if (value.isMap()) {
        QCborMap result;
        const QCborMap map = value.toMap();
        for (const auto& item : map) result.insert(QCborValue(item.first), withoutTexts(QCborValue(item.second)));
        return result;
    }
    if (value.isArray()) {
        QCborArray result;
        const QCborArray array = value.toArray();
        for (const QCborValue& item : array) result.append(withoutTexts(item));
        return result;
    }
    return value.isString() || value.isByteArray() ? QCborValue(QString()) : value;
}

}  // namespace

QByteArray compacted(const QByteArray& value, const QString& family, const std::function<QByteArray()>& sample) {
    if (value.isEmpty()) return value;
    const bool isWorthIt = !family.isEmpty() && value.size() > kHead && value.size() <= kLongest;
    return isWorthIt ? press().compact(value, family, sample) : plain(value);
}

QByteArray expanded(const QByteArray& compact) {
    if (compact.isEmpty()) return compact;
    return compact[0] == kPlain ? compact.sliced(1) : press().expand(compact);
}

QByteArray compactedObject(const QCborMap& object) {
    const auto sample = [&object] {
        QCborMap result = withoutTexts(object).toMap();
        for (const char* field : {"apiVersion", "kind"})
            result.insert(QLatin1String(field), object.value(QLatin1String(field)));
        // `kubectl apply` keeps a copy of the whole object in an annotation.
        QCborMap metadata = object.value(QStringLiteral("metadata")).toMap();
        metadata.remove(QStringLiteral("annotations"));
        result.insert(QStringLiteral("metadata"), metadata);
        return QCborValue(result).toCbor();
    };
    return compacted(
        QCborValue(object).toCbor(),
        object.value(QStringLiteral("apiVersion")).toString() + u'/' + object.value(QStringLiteral("kind")).toString(),
        sample);
}

}  // namespace fos1

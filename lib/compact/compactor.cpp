// SPDX-License-Identifier: GPL-2.0-or-later
// zlib.h; "raw" streams, since the sizes are known and memory does not rot.
#include "compactor.h"

#include <QCborArray>

namespace fos1 {

namespace {

constexpr qsizetype kLongest = 16 * 1024;
constexpr qsizetype kLongestSample = 2 * 1024;  ///< the window below
constexpr int kWindowBits = -11;                ///< negative: raw
constexpr int kMemoryLevel = 4;
/// The first byte of a compacted value: no sample, the value follows; else the sample's number, the value's length in
/// two bytes, the stream.
constexpr char kPlain = 0;
constexpr qsizetype kHead = 3;

auto* bytesOf(const QByteArray& array) {
    // zlib.h reads through pointers to what is not const.
    return reinterpret_cast<Bytef*>(const_cast<char*>(array.data()));  // NOLINT
}

uInt sizeOf(const QByteArray& array) { return static_cast<uInt>(array.size()); }

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

QByteArray uncompacted(const QByteArray& value) {
    if (value.isEmpty()) return value;
    QByteArray result;
    result.reserve(value.size() + 1);
    return result.append(kPlain).append(value);
}

QByteArray CompactSamples::expanded(const QByteArray& compact) const {
    if (compact.isEmpty()) return compact;
    if (compact[0] == kPlain) return compact.sliced(1);
    const QByteArray& dictionary = m_samples.at(static_cast<std::uint8_t>(compact[0]) - 1U);
    QByteArray value(static_cast<std::uint8_t>(compact[1]) | static_cast<std::uint8_t>(compact[2]) << 8,
                     Qt::Uninitialized);
    // A stream of its own, so that reading needs no lock. The value is inflated in one step, without a window.
    z_stream stream = {};
    stream.next_in = bytesOf(compact) + kHead;
    stream.avail_in = sizeOf(compact) - kHead;
    if (inflateInit2(&stream, kWindowBits) != Z_OK) qFatal("zlib does not start");
    inflateSetDictionary(&stream, bytesOf(dictionary), sizeOf(dictionary));
    stream.next_out = bytesOf(value);
    stream.avail_out = sizeOf(value);
    const int state = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (state != Z_STREAM_END) qFatal("a compacted value is damaged");
    return value;
}

Compactor::Compactor() {
    if (deflateInit2(&m_deflate, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        qFatal("zlib does not start");
}

Compactor::~Compactor() { deflateEnd(&m_deflate); }

/// Its number; 0: there are too many.
std::size_t Compactor::learn(const QString& family, const QByteArray& sample) {
    std::vector<QByteArray>& samples = m_samples.m_samples;
    if (samples.size() == kMostFamilies || sample.isEmpty()) return 0;
    samples.push_back(sample.first(std::min(sample.size(), kLongestSample)));
    m_families.insert(family, samples.size());
    return samples.size();
}

QByteArray Compactor::compacted(const QByteArray& value, const QString& family,
                                const std::function<QByteArray()>& sample) {
    if (family.isEmpty() || value.size() <= kHead || value.size() > kLongest) return uncompacted(value);
    const auto known = m_families.constFind(family);
    const std::size_t number = known != m_families.cend() ? *known : learn(family, sample ? sample() : value);
    return number == 0 ? uncompacted(value) : deflated(value, number);
}

QByteArray Compactor::deflated(const QByteArray& value, std::size_t sample) {
    const QByteArray& dictionary = m_samples.m_samples[sample - 1];
    if (deflateReset(&m_deflate) != Z_OK ||
        deflateSetDictionary(&m_deflate, bytesOf(dictionary), sizeOf(dictionary)) != Z_OK)
        return uncompacted(value);
    // More is no gain.
    const qsizetype room = value.size() - kHead;
    if (m_buffer.size() < room) m_buffer.resize(room);
    m_deflate.next_in = bytesOf(value);
    m_deflate.avail_in = sizeOf(value);
    m_deflate.next_out = reinterpret_cast<Bytef*>(m_buffer.data());
    m_deflate.avail_out = static_cast<uInt>(room);
    if (deflate(&m_deflate, Z_FINISH) != Z_STREAM_END) return uncompacted(value);
    const qsizetype length = room - static_cast<qsizetype>(m_deflate.avail_out);
    QByteArray result;
    result.reserve(kHead + length);
    result.append(static_cast<char>(sample))
        .append(static_cast<char>(value.size() & 0xff))
        .append(static_cast<char>(value.size() >> 8));
    return result.append(m_buffer.constData(), length);
}

QByteArray Compactor::compactedObject(const QCborMap& object) {
    const auto sample = [&object] {
        QCborMap result = withoutTexts(object).toMap();
        for (const char* field : {"apiVersion", "kind"})
            result.insert(QLatin1String(field), object.value(QLatin1String(field)));
        // `kubectl apply` keeps a copy of the whole object there.
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

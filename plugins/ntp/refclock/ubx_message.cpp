// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/ubx_message.h"

#include <QtEndian>
#include <algorithm>

namespace fos1::ntp {

namespace {

constexpr qsizetype kTimelsLength = 24;
constexpr qsizetype kTimTpLength = 16;
constexpr qsizetype kSatHeader = 8;
constexpr qsizetype kSatEach = 12;

/// Little-endian; `at` is within the payload.
template <typename T>
T number(const UbxFrame& frame, qsizetype at) {
    return qFromLittleEndian<T>(frame.payload.data() + at);
}

}  // namespace

std::pair<quint8, quint8> ubxChecksum(QByteArrayView bytes) {
    quint8 a = 0;
    quint8 b = 0;
    for (const char byte : bytes) {
        a = static_cast<quint8>(a + static_cast<quint8>(byte));
        b = static_cast<quint8>(b + a);
    }
    return {a, b};
}

QByteArray ubxFrame(UbxKind kind, const QByteArray& payload) {
    QByteArray summed;
    summed.append(static_cast<char>(static_cast<quint16>(kind) >> 8U));
    summed.append(static_cast<char>(static_cast<quint16>(kind) & 0xffU));
    summed.append(static_cast<char>(payload.size() & 0xff));
    summed.append(static_cast<char>(payload.size() >> 8));
    summed.append(payload);
    const auto [a, b] = ubxChecksum(summed);
    return QByteArray() + kUbxSync1 + kUbxSync2 + summed + static_cast<char>(a) + static_cast<char>(b);
}

/// Bytes 8 and 9: source and value of the current number; source 0 is a default of the firmware, 255 is unknown.
/// 10 and 11: of the next change. 23: which of the two are valid.
std::optional<UbxLeap> ubxLeap(const UbxFrame& frame) {
    constexpr quint8 kDefault = 0;
    constexpr quint8 kUnknown = 255;
    constexpr quint8 kIsCurrentValid = 1;
    constexpr quint8 kIsChangeValid = 2;
    if (kindOf(frame) != UbxKind::NavTimels || frame.payload.size() != kTimelsLength) return {};
    const auto valid = number<quint8>(frame, 23);
    const auto source = number<quint8>(frame, 8);
    const auto changeSource = number<quint8>(frame, 10);
    UbxLeap leap;
    if ((valid & kIsCurrentValid) != 0 && source != kDefault && source != kUnknown)
        leap.leapSeconds = number<qint8>(frame, 9);
    if ((valid & kIsChangeValid) == 0 || changeSource == kDefault || changeSource == kUnknown) return leap;
    const auto change = number<qint8>(frame, 11);
    if (change < -1 || change > 1) return leap;
    leap.change = change;
    if (change != 0) leap.untilChangeSeconds = number<qint32>(frame, 12);
    return leap;
}

/// After a header with their number (byte 5): per satellite 12 bytes, 2 is the carrier to noise, 8 to 11 flags.
std::optional<UbxSky> ubxSky(const UbxFrame& frame) {
    constexpr quint32 kIsUsed = 8;
    if (kindOf(frame) != UbxKind::NavSat || frame.payload.size() < kSatHeader) return {};
    const int count = number<quint8>(frame, 5);
    if (frame.payload.size() != kSatHeader + count * kSatEach) return {};
    UbxSky sky;
    sky.inView = count;
    for (int i = 0; i < count; ++i) {
        const qsizetype at = kSatHeader + i * kSatEach;
        if ((number<quint32>(frame, at + 8) & kIsUsed) == 0) continue;
        ++sky.used;
        sky.best = std::max<int>(sky.best, number<quint8>(frame, at + 2));
    }
    return sky;
}

/// Bytes 8 to 11: picoseconds; 14: flags, of which bit 0 is the time base (1: UTC) and bit 4 says that the error is not
/// known.
std::optional<UbxPulse> ubxPulse(const UbxFrame& frame) {
    constexpr quint8 kIsUtc = 1;
    constexpr quint8 kIsErrorUnknown = 16;
    if (kindOf(frame) != UbxKind::TimTp || frame.payload.size() != kTimTpLength) return {};
    const auto flags = number<quint8>(frame, 14);
    UbxPulse pulse;
    pulse.isUtc = (flags & kIsUtc) != 0;
    if ((flags & kIsErrorUnknown) == 0) pulse.quantizationPs = number<qint32>(frame, 8);
    return pulse;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The elementary types of chrony's command protocol (candm.h): big-endian integers, Float, Timespec, IPAddr. Must not
// know messages.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <QString>
#include <QtEndian>
#include <chrono>

#include "core/observation.h"

namespace fos1::ntp::candm {

/// candm.h's 32-bit Float: a 7-bit exponent and a 25-bit coefficient, both signed.
[[nodiscard]] double floatFromWire(quint32 word);
[[nodiscard]] quint32 floatToWire(double value);

/// Converts a time or a frequency to an integer. Out-of-range values are clamped.
[[nodiscard]] std::chrono::nanoseconds nanosecondsFromSeconds(double seconds);
[[nodiscard]] qint64 ppbFromPpm(double ppm);

inline constexpr qsizetype kAddressBytes = 20;

void appendU16(QByteArray& out, quint16 value);
void appendU32(QByteArray& out, quint32 value);
void appendAddress(QByteArray& out, const SourceAddress& address);
/// Writes the time as a Float in seconds.
void appendSeconds(QByteArray& out, std::chrono::nanoseconds time);

/// Reads from the front. The caller has checked the length; reading past the end is a broken invariant.
class WireReader {
   public:
    explicit WireReader(QByteArrayView bytes) : m_bytes(bytes) {}

    quint8 u8() { return integer<quint8>(); }
    /// int8_t of candm.h.
    int i8() {
        const int byte = u8();
        return byte < 0x80 ? byte : byte - 0x100;
    }
    quint16 u16() { return integer<quint16>(); }
    qint16 i16() { return static_cast<qint16>(u16()); }
    quint32 u32() { return integer<quint32>(); }
    /// Integer64 of candm.h: the high word first.
    quint64 u64() {
        const quint64 high = u32();
        return high << 32 | u32();
    }
    double real() { return floatFromWire(u32()); }
    std::chrono::nanoseconds seconds() { return nanosecondsFromSeconds(real()); }
    qint64 ppb() { return ppbFromPpm(real()); }
    /// A time in the past as an age; nothing when it never occurred.
    std::optional<std::chrono::seconds> age() {
        constexpr quint32 kNever = 0xffffffff;
        const quint32 seconds = u32();
        return seconds == kNever ? std::nullopt : std::optional(std::chrono::seconds(seconds));
    }
    SourceAddress address();
    std::chrono::nanoseconds timespec();
    /// Text in a field of fixed size, up to the first zero byte.
    QString text(qsizetype size);
    void skip(qsizetype size) { take(size); }

   private:
    QByteArrayView take(qsizetype size) {
        Q_ASSERT(size <= m_bytes.size());
        const QByteArrayView head = m_bytes.first(size);
        m_bytes = m_bytes.sliced(size);
        return head;
    }
    template <typename T>
    T integer() {
        return qFromBigEndian<T>(take(sizeof(T)).data());
    }

    QByteArrayView m_bytes;
};

}  // namespace fos1::ntp::candm

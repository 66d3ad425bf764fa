// SPDX-License-Identifier: GPL-2.0-or-later
#include "candm/candm_wire.h"

#include <cmath>
#include <limits>

namespace fos1::ntp::candm {

namespace {

constexpr int kCoefficientBits = 25;
constexpr int kExponentBits = 7;

// IPAddr.family of candm.h
constexpr quint16 kUnspecified = 0;
constexpr quint16 kInet4 = 1;
constexpr quint16 kInet6 = 2;
constexpr quint16 kUnresolved = 3;

// Timespec.tv_sec_high of a 32-bit time
constexpr quint32 kNoHighSeconds = 0x7fffffff;

qint64 clamped(double value) {
    constexpr double kLimit = 9.2e18;
    return static_cast<qint64>(std::llround(std::clamp(value, -kLimit, kLimit)));
}

}  // namespace

double floatFromWire(quint32 word) {
    auto exponent = static_cast<int>(word >> kCoefficientBits);
    if (exponent >= 1 << (kExponentBits - 1)) exponent -= 1 << kExponentBits;
    auto coefficient = static_cast<int>(word & ((1u << kCoefficientBits) - 1));
    if (coefficient >= 1 << (kCoefficientBits - 1)) coefficient -= 1 << kCoefficientBits;
    return std::ldexp(coefficient, exponent - kCoefficientBits);
}

quint32 floatToWire(double value) {
    constexpr int kLeastExponent = -(1 << (kExponentBits - 1));
    constexpr int kMostExponent = (1 << (kExponentBits - 1)) - 1;
    constexpr int kDigits = kCoefficientBits - 1;  // without the sign bit
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    auto coefficient = static_cast<int>(std::lround(std::ldexp(fraction, kDigits)));
    if (std::abs(coefficient) == 1 << kDigits) {  // rounded up to the next power of two
        coefficient /= 2;
        ++exponent;
    }
    ++exponent;  // value = coefficient · 2^(exponent − kCoefficientBits)
    if (coefficient == 0 || exponent < kLeastExponent) return 0;
    if (exponent > kMostExponent) {
        exponent = kMostExponent;
        coefficient = value < 0 ? -(1 << kDigits) + 1 : (1 << kDigits) - 1;
    }
    return static_cast<quint32>(exponent) << kCoefficientBits |
           (static_cast<quint32>(coefficient) & ((1u << kCoefficientBits) - 1));
}

std::chrono::nanoseconds nanosecondsFromSeconds(double seconds) {
    return std::chrono::nanoseconds(clamped(seconds * 1e9));
}

qint64 ppbFromPpm(double ppm) { return clamped(ppm * 1e3); }

void appendU16(QByteArray& out, quint16 value) {
    const quint16 big = qToBigEndian(value);
    out.append(reinterpret_cast<const char*>(&big), sizeof big);
}

void appendU32(QByteArray& out, quint32 value) {
    const quint32 big = qToBigEndian(value);
    out.append(reinterpret_cast<const char*>(&big), sizeof big);
}

void appendAddress(QByteArray& out, const SourceAddress& address) {
    quint16 family = kUnspecified;
    if (address.kind == SourceAddressKind::Inet4) family = kInet4;
    if (address.kind == SourceAddressKind::Inet6) family = kInet6;
    if (address.kind == SourceAddressKind::Unresolved) family = kUnresolved;
    out.append(reinterpret_cast<const char*>(address.bytes.data()), static_cast<qsizetype>(address.bytes.size()));
    appendU16(out, family);
    appendU16(out, 0);
}

void appendSeconds(QByteArray& out, std::chrono::nanoseconds time) {
    appendU32(out, floatToWire(static_cast<double>(time.count()) / 1e9));
}

SourceAddress WireReader::address() {
    SourceAddress address;
    const QByteArrayView bytes = take(static_cast<qsizetype>(address.bytes.size()));
    const quint16 family = u16();
    skip(2);
    qsizetype used = 0;
    if (family == kInet4) address.kind = SourceAddressKind::Inet4, used = 4;
    if (family == kInet6) address.kind = SourceAddressKind::Inet6, used = 16;
    if (family == kUnresolved) address.kind = SourceAddressKind::Unresolved, used = 4;
    std::copy_n(bytes.begin(), used, address.bytes.begin());
    return address;
}

std::chrono::nanoseconds WireReader::timespec() {
    quint64 high = u32();
    if (high == kNoHighSeconds) high = 0;
    const auto seconds = static_cast<qint64>(high << 32 | u32());
    const quint32 nanoseconds = u32();
    constexpr qint64 kLimit = std::numeric_limits<qint64>::max() / 1'000'000'000 - 1;
    return std::chrono::seconds(std::clamp(seconds, -kLimit, kLimit)) +
           std::chrono::nanoseconds(std::min(nanoseconds, 999'999'999u));
}

QString WireReader::text(qsizetype size) {
    const QByteArrayView bytes = take(size);
    const auto end = std::find(bytes.begin(), bytes.end(), '\0');
    return QString::fromUtf8(bytes.first(end - bytes.begin()));
}

}  // namespace fos1::ntp::candm

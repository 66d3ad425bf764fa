// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of u-blox receivers (UBX, u-blox 8 and later) as values, and the requests for them. A request is a frame
// without a payload: the receiver answers once and keeps nothing of it, so it is never left configured otherwise.
#pragma once

#include <QByteArray>
#include <QByteArrayView>
#include <optional>
#include <utility>

namespace fos1::ntp {

inline constexpr char kUbxSync1 = '\xb5';
inline constexpr char kUbxSync2 = '\x62';

struct UbxFrame {
    quint8 group = 0;  ///< "class"
    quint8 id = 0;
    QByteArrayView payload;
};

enum class UbxKind : quint16 { Unknown = 0, NavTimels = 0x0126, NavSat = 0x0135, TimTp = 0x0d01 };
[[nodiscard]] constexpr UbxKind kindOf(const UbxFrame& frame) {
    return static_cast<UbxKind>(frame.group << 8U | frame.id);
}

/// The two bytes at its end, over everything between synchronization and checksum (Fletcher, RFC 1145).
[[nodiscard]] std::pair<quint8, quint8> ubxChecksum(QByteArrayView bytes);
/// The whole frame.
[[nodiscard]] QByteArray ubxFrame(UbxKind kind, const QByteArray& payload = {});

/// NAV-TIMELS: leap seconds.
struct UbxLeap {
    std::optional<int> leapSeconds;            ///< GPS minus UTC; nothing: not known from the satellites yet
    std::optional<int> change;                 ///< at the next leap second: 1, -1, or 0 for none; nothing: not known
    std::optional<qint32> untilChangeSeconds;  ///< where there is a change
    bool operator==(const UbxLeap&) const = default;
};
/// Nothing: it is no such message.
[[nodiscard]] std::optional<UbxLeap> ubxLeap(const UbxFrame& frame);

/// NAV-SAT: satellites.
struct UbxSky {
    int inView = 0;
    int used = 0;
    int best = 0;  ///< carrier to noise of the best that is used, in dBHz
    bool operator==(const UbxSky&) const = default;
};
[[nodiscard]] std::optional<UbxSky> ubxSky(const UbxFrame& frame);

/// TIM-TP: by how much the next pulse will be off, because the receiver's own clock only has so fine a step.
struct UbxPulse {
    std::optional<qint32> quantizationPs;  ///< nothing: the receiver does not know
    bool isUtc = false;
    bool operator==(const UbxPulse&) const = default;
};
[[nodiscard]] std::optional<UbxPulse> ubxPulse(const UbxFrame& frame);

}  // namespace fos1::ntp

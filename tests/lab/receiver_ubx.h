// SPDX-License-Identifier: GPL-2.0-or-later
// UBX messages as a u-blox receiver sends them, for tests, and the requests that it understands.
#pragma once

#include <QByteArray>
#include <QtEndian>
#include <utility>
#include <vector>

namespace fos1::lab {

/// A frame with its checksum.
inline QByteArray ubx(int group, int id, const QByteArray& payload) {
    QByteArray summed;
    for (const int byte : {group, id, static_cast<int>(payload.size() % 256), static_cast<int>(payload.size() / 256)})
        summed.append(static_cast<char>(byte));
    summed += payload;
    unsigned a = 0;
    unsigned b = 0;
    for (const char byte : summed) {
        a = (a + static_cast<unsigned char>(byte)) % 256;
        b = (b + a) % 256;
    }
    return QByteArray("\xb5\x62") + summed + static_cast<char>(a) + static_cast<char>(b);
}

inline void putNumber(QByteArray& payload, qsizetype at, qint32 value) { qToLittleEndian(value, payload.data() + at); }

/// NAV-TIMELS. `valid`: 1 the number, 2 the change.
inline QByteArray timels(int leapSeconds, int source, int valid, int change, qint32 untilChange) {
    QByteArray payload(24, '\0');
    payload[8] = static_cast<char>(source);
    payload[9] = static_cast<char>(leapSeconds);
    payload[10] = static_cast<char>(source);
    payload[11] = static_cast<char>(change);
    putNumber(payload, 12, untilChange);
    payload[23] = static_cast<char>(valid);
    return payload;
}

/// NAV-SAT: carrier to noise, and whether it is used.
inline QByteArray navSat(const std::vector<std::pair<int, bool>>& satellites) {
    QByteArray payload(8, '\0');
    payload[4] = 1;
    payload[5] = static_cast<char>(satellites.size());
    for (const auto& [signal, isUsed] : satellites) {
        QByteArray one(12, '\0');
        one[2] = static_cast<char>(signal);
        putNumber(one, 8, isUsed ? 8 : 0);
        payload += one;
    }
    return payload;
}

/// TIM-TP.
inline QByteArray timTp(qint32 quantizationPs, bool isKnown) {
    QByteArray payload(16, '\0');
    putNumber(payload, 8, quantizationPs);
    payload[14] = static_cast<char>(isKnown ? 3 : 19);
    return payload;
}

/// The answer to one request without a payload; empty: it is none.
inline QByteArray ubxAnswer(const QByteArray& request, int leapSource) {
    if (request == ubx(0x01, 0x26, {})) return ubx(0x01, 0x26, timels(18, leapSource, 1, 0, 0));
    if (request == ubx(0x01, 0x35, {}))
        return ubx(0x01, 0x35, navSat({{44, true}, {41, true}, {40, true}, {39, true}, {20, false}}));
    if (request == ubx(0x0d, 0x01, {})) return ubx(0x0d, 0x01, timTp(-5250, true));
    return {};
}

}  // namespace fos1::lab

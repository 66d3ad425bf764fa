// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/ubx_parser.h"

namespace fos1::ntp {

std::size_t UbxParser::payloadLength() const {
    return static_cast<quint8>(m_frame[4]) | static_cast<std::size_t>(static_cast<quint8>(m_frame[5])) << 8U;
}

UbxParser::Is UbxParser::judge() const {
    if (m_length >= 2 && m_frame[1] != kUbxSync2) return Is::NoFrame;
    if (m_length < kHeader) return Is::Begun;
    const std::size_t length = payloadLength();
    if (length > kLongestUbxPayload) return Is::NoFrame;
    const std::size_t whole = kHeader + length + kChecksum;
    if (m_length < whole) return Is::Begun;
    const QByteArrayView summed(m_frame.data() + 2, static_cast<qsizetype>(kHeader - 2 + length));
    const auto [a, b] = ubxChecksum(summed);
    const bool isRight = static_cast<quint8>(m_frame[whole - 2]) == a && static_cast<quint8>(m_frame[whole - 1]) == b;
    return isRight ? Is::Frame : Is::NoFrame;
}

}  // namespace fos1::ntp

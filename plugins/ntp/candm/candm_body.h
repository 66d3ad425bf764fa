// SPDX-License-Identifier: GPL-2.0-or-later
// Shared by the readers of reply bodies. Only for candm_*.cpp.
#pragma once

#include "candm/candm_codec.h"

namespace fos1::ntp::candm {

inline constexpr quint32 kClientsInPage = 8;
inline constexpr quint16 kInactive = 15;  ///< STT_INACTIVE

/// decode() has already checked the length of a reply with this code.
[[nodiscard]] inline Result<WireReader> bodyOf(const Reply& reply, ReplyCode code) {
    if (reply.code == code) return WireReader(reply.body);
    return failure(ErrorCode::Protocol,
                   QStringLiteral("reply code %1 does not match the request").arg(static_cast<int>(reply.code)));
}

[[nodiscard]] inline time::LeapState leapFromWire(quint16 leap) {
    switch (leap) {
        case 0: return time::LeapState::Normal;
        case 1: return time::LeapState::InsertSecond;
        case 2: return time::LeapState::DeleteSecond;
        case 3: return time::LeapState::Unsynchronised;
        default: return time::LeapState::Unknown;
    }
}

}  // namespace fos1::ntp::candm

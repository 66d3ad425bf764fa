// SPDX-License-Identifier: GPL-2.0-or-later
// The address by which chronyd knows a source or a client.
#pragma once

#include <array>
#include <compare>
#include <optional>

#include "model/addresses.h"

namespace fos1::ntp {

enum class SourceAddressKind { Unknown = 0, Inet4, Inet6, Unresolved };

/// A reference clock is an Inet4 that carries its refid; a name that is not resolved yet is Unresolved with a number of
/// chronyd's own.
struct SourceAddress {
    SourceAddressKind kind = SourceAddressKind::Unknown;
    std::array<quint8, 16> bytes{};

    auto operator<=>(const SourceAddress& other) const = default;

    [[nodiscard]] quint32 number() const {
        return quint32{bytes[0]} << 24 | quint32{bytes[1]} << 16 | quint32{bytes[2]} << 8 | quint32{bytes[3]};
    }
    [[nodiscard]] std::optional<IpAddress> ip() const {
        if (kind == SourceAddressKind::Inet4) return IpAddress{AddressFamily::Inet4, bytes};
        if (kind == SourceAddressKind::Inet6) return IpAddress{AddressFamily::Inet6, bytes};
        return std::nullopt;
    }
};

}  // namespace fos1::ntp

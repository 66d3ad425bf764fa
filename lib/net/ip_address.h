// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses as values: one strict parser, one canonical text. Must not know sockets, interfaces or users of
// addresses.
#pragma once

#include <QString>
#include <array>
#include <compare>
#include <cstddef>
#include <optional>

namespace fos1::net {

enum class AddressFamily { Unknown = 0, Inet4, Inet6 };

/// Ordered by family, IPv4 first, then by value. Maps and sorted lists depend on this order.
struct IpAddress {
    AddressFamily family = AddressFamily::Unknown;
    std::array<quint8, 16> bytes{};  ///< network order; IPv4 uses the first four bytes, the others are zero

    auto operator<=>(const IpAddress& other) const = default;

    /// Accepts IPv4 in the strict form of RFC 6943, section 3.1.1: four decimal numbers without leading zeros. Accepts
    /// IPv6 in any form of RFC 4291, section 2.2. Nothing for any other text: no "10.1", no zone (RFC 4007, section
    /// 11), no brackets, no spaces, no prefix length. An IPv4-mapped IPv6 address stays IPv6.
    [[nodiscard]] static std::optional<IpAddress> parse(const QString& text);

    /// Copies 4 (IPv4) or 16 (IPv6) bytes in network order; nothing for any other size.
    [[nodiscard]] static std::optional<IpAddress> fromBytes(const void* data, std::size_t size);

    /// Canonical text, which parse() accepts: dotted-quad IPv4, or IPv6 as in RFC 5952. IPv6 addresses in ::ffff:0:0/96
    /// or ::/96 end with a dotted quad (section 5; inet_ntop(3)). Empty for an unknown family.
    [[nodiscard]] QString text() const;

    /// Length of the address: 32 or 128.
    [[nodiscard]] int bits() const { return family == AddressFamily::Inet4 ? 32 : 128; }

    /// Whether it is in fe80::/10 (RFC 4291, section 2.5.6).
    [[nodiscard]] bool isLinkLocal6() const;

    /// The adjacent addresses; nothing beyond the first and the last address of the family.
    [[nodiscard]] std::optional<IpAddress> next() const;
    [[nodiscard]] std::optional<IpAddress> previous() const;
};

}  // namespace fos1::net

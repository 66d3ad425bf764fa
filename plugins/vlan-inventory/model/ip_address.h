// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses as values: strict parsing and canonical text. Knows no sockets.
#pragma once

#include <QString>
#include <array>
#include <compare>
#include <cstddef>
#include <optional>

namespace fos1::vlan {

enum class AddressFamily { Unknown = 0, Inet4, Inet6 };

struct IpAddress {
    AddressFamily family = AddressFamily::Unknown;
    std::array<quint8, 16> bytes{};  ///< network order; IPv4 uses the first four

    auto operator<=>(const IpAddress& other) const = default;

    /// From 4 or 16 bytes in network order; any other number is nothing.
    static std::optional<IpAddress> fromBytes(const void* data, std::size_t size);

    /// As inet_pton(3) takes it: no "10.1", no zone, no brackets.
    static std::optional<IpAddress> parse(const QString& text);

    /// Canonical text (RFC 5952 for IPv6).
    [[nodiscard]] QString text() const;

    /// fe80::/10.
    [[nodiscard]] bool isLinkLocal6() const;
};

/// An address of a link with its prefix length; host bits are kept.
struct InterfaceAddress {
    IpAddress address;
    int prefixLength = 0;

    auto operator<=>(const InterfaceAddress& other) const = default;

    /// "ADDRESS/LENGTH".
    static std::optional<InterfaceAddress> parse(const QString& text);

    [[nodiscard]] QString text() const;
};

}  // namespace fos1::vlan

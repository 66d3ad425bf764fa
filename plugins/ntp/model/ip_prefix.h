// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses and prefixes as values: strict parsing and canonical text. Knows no sockets.
#pragma once

#include <QString>
#include <array>
#include <compare>
#include <optional>

namespace fos1::ntp {

enum class AddressFamily { Unknown = 0, Inet4, Inet6 };

struct IpAddress {
    AddressFamily family = AddressFamily::Unknown;
    std::array<quint8, 16> bytes{};  ///< network order; IPv4 uses the first four

    auto operator<=>(const IpAddress& other) const = default;

    /// Dotted quads of four decimal numbers and RFC 4291 text only: no "10.1", no zone, no brackets.
    static std::optional<IpAddress> parse(const QString& text);

    /// Canonical text (RFC 5952 for IPv6).
    [[nodiscard]] QString text() const;

    /// 32 or 128.
    [[nodiscard]] int bits() const { return family == AddressFamily::Inet4 ? 32 : 128; }
};

struct IpPrefix {
    IpAddress address;
    int length = 0;

    auto operator<=>(const IpPrefix& other) const = default;

    /// "ADDRESS/LENGTH"; host bits are kept as written.
    static std::optional<IpPrefix> parse(const QString& text);

    [[nodiscard]] QString text() const;

    /// The same prefix without host bits.
    [[nodiscard]] IpPrefix network() const;

    /// The last address in it.
    [[nodiscard]] IpAddress last() const;

    [[nodiscard]] bool contains(const IpAddress& other) const;
};

}  // namespace fos1::ntp

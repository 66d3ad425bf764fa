// SPDX-License-Identifier: GPL-2.0-or-later
// IP prefixes as values: an address and how many of its bits are those of the network. Knows no sockets and no routes.
#pragma once

#include <QString>
#include <compare>
#include <optional>

#include "ip_address.h"

namespace fos1::net {

/// Ordered by address, then by length: a network comes right before the networks within it.
struct IpPrefix {
    IpAddress address;
    int length = 0;  ///< 0 to address.bits()

    auto operator<=>(const IpPrefix& other) const = default;

    /// "ADDRESS/LENGTH" (RFC 4632, section 3.1; RFC 4291, section 2.3): an address that IpAddress::parse() accepts, and
    /// 0 to 32 or 0 to 128 in decimal without sign, blanks or leading zeros. Host bits are kept as written. Nothing for
    /// all else.
    [[nodiscard]] static std::optional<IpPrefix> parse(const QString& text);

    /// Canonical text, which parse() reads back; host bits are in it.
    [[nodiscard]] QString text() const;

    /// The same prefix without host bits.
    [[nodiscard]] IpPrefix network() const;

    /// The last address in it, which is the broadcast address of an IPv4 network (RFC 919, section 7).
    [[nodiscard]] IpAddress last() const;

    /// Whether `other` is of the same family and in the network.
    [[nodiscard]] bool contains(const IpAddress& other) const;
};

}  // namespace fos1::net

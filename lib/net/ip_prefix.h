// SPDX-License-Identifier: GPL-2.0-or-later
// IP prefixes as values: an address and the number of its network bits. Must not know sockets or routes.
#pragma once

#include <QString>
#include <compare>
#include <optional>

#include "ip_address.h"

namespace fos1::net {

/// Ordered by address, then by length, so a network directly precedes the networks that it contains.
struct IpPrefix {
    IpAddress address;
    int length = 0;  ///< 0 to address.bits()

    auto operator<=>(const IpPrefix& other) const = default;

    /// Parses "ADDRESS/LENGTH" (RFC 4632, section 3.1; RFC 4291, section 2.3): an address that IpAddress::parse()
    /// accepts, and 0 to 32 or 0 to 128 in decimal without sign, spaces or leading zeros. Keeps host bits as written.
    /// Nothing for any other text.
    [[nodiscard]] static std::optional<IpPrefix> parse(const QString& text);

    /// Canonical text, which parse() accepts. It includes host bits.
    [[nodiscard]] QString text() const;

    /// The same prefix without host bits.
    [[nodiscard]] IpPrefix network() const;

    /// The last address of the network; for IPv4 the broadcast address (RFC 919, section 7).
    [[nodiscard]] IpAddress last() const;

    /// Whether `other` is of the same family and in the network.
    [[nodiscard]] bool contains(const IpAddress& other) const;
};

}  // namespace fos1::net

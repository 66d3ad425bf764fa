// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of IP addresses, and the conversion of overlapping networks to disjoint ranges. Values. Must not know sockets
// or rules.
#pragma once

#include <QString>
#include <compare>
#include <cstddef>
#include <optional>
#include <vector>

#include "ip_address.h"
#include "ip_prefix.h"

namespace fos1::net {

/// From `first` to `last`, both included, of one family. Ordered by `first`, then by `last`.
struct IpRange {
    IpAddress first;
    IpAddress last;

    auto operator<=>(const IpRange& other) const = default;

    /// All addresses of the network; host bits of `prefix` are ignored.
    [[nodiscard]] static IpRange of(const IpPrefix& prefix);

    /// Parses a network in the text form of IpPrefix::parse(). Nothing for any other text or when host bits are set:
    /// such a text could mean one address or the whole network.
    [[nodiscard]] static std::optional<IpRange> parseNetwork(const QString& text);

    /// "FIRST-LAST", or a single address, in canonical text. There is no parser for it.
    [[nodiscard]] QString text() const;

    /// Whether it contains all of `other`.
    [[nodiscard]] bool contains(const IpRange& other) const { return first <= other.first && other.last <= last; }
};

/// A range that belongs to `owner`, a number with a meaning for the caller.
struct OwnedRange {
    IpRange range;
    std::size_t owner = 0;

    auto operator<=>(const OwnedRange& other) const = default;
};

/// For networks, which are nested or disjoint: maps each address to the owner of the smallest network around it. The
/// result is sorted and disjoint, and adjacent ranges of one owner are joined. If two owners have the same network, the
/// earlier in the list gets it. Cannot fail; costs a sort.
[[nodiscard]] std::vector<OwnedRange> disjoint(std::vector<OwnedRange> networks);

}  // namespace fos1::net

// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of IP addresses, and how overlapping networks become disjoint ranges. Values; knows no sockets and no rules.
#pragma once

#include <QString>
#include <compare>
#include <cstddef>
#include <optional>
#include <vector>

#include "ip_address.h"
#include "ip_prefix.h"

namespace fos1::net {

/// From `first` to `last`, both in it and of one family. Ordered by `first`, then by `last`.
struct IpRange {
    IpAddress first;
    IpAddress last;

    auto operator<=>(const IpRange& other) const = default;

    /// All addresses of the network; host bits of `prefix` do not count.
    [[nodiscard]] static IpRange of(const IpPrefix& prefix);

    /// A network in the text of IpPrefix::parse(). Nothing for all else, and nothing when host bits are set: such a
    /// text may mean the one address or the whole network.
    [[nodiscard]] static std::optional<IpRange> parseNetwork(const QString& text);

    /// "FIRST-LAST", or the one address, in canonical text. No parser here reads it.
    [[nodiscard]] QString text() const;

    /// Whether all of `other` is in it.
    [[nodiscard]] bool contains(const IpRange& other) const { return first <= other.first && other.last <= last; }
};

/// What belongs to `owner`, a number that means something to the caller.
struct OwnedRange {
    IpRange range;
    std::size_t owner = 0;

    auto operator<=>(const OwnedRange& other) const = default;
};

/// Of networks, which nest or are apart: for each address the owner of the smallest network around it. The result is
/// sorted and disjoint, and neighbors of one owner are joined. Of two owners of one network the earlier in the list has
/// it. Cannot fail; costs a sort.
[[nodiscard]] std::vector<OwnedRange> disjoint(std::vector<OwnedRange> networks);

}  // namespace fos1::net

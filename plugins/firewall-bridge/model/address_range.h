// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of IP addresses, and how overlapping networks become disjoint ranges. Values; knows no sockets and no rules.
#pragma once

#include <QString>
#include <array>
#include <compare>
#include <optional>
#include <vector>

namespace fos1::firewall {

struct Address {
    bool isV6 = false;
    std::array<quint8, 16> bytes{};  ///< network order; IPv4 uses the first four

    auto operator<=>(const Address&) const = default;
    [[nodiscard]] QString text() const;
    [[nodiscard]] int bits() const { return isV6 ? 128 : 32; }
    /// The neighbours; nothing beyond the family's first and last address.
    [[nodiscard]] std::optional<Address> next() const;
    [[nodiscard]] std::optional<Address> previous() const;
};

/// From `first` to `last`, both in it and of one family.
struct AddressRange {
    Address first;
    Address last;
    auto operator<=>(const AddressRange&) const = default;

    /// "ADDRESS/LENGTH" without host bits; nothing for all else.
    static std::optional<AddressRange> parse(const QString& network);
    /// "FIRST-LAST", or the one address.
    [[nodiscard]] QString text() const;
    [[nodiscard]] bool contains(const AddressRange& other) const { return first <= other.first && other.last <= last; }
};

/// What belongs to `owner`, a number that means something to the caller.
struct OwnedRange {
    AddressRange range;
    std::size_t owner = 0;
    auto operator<=>(const OwnedRange&) const = default;
};

/// Of networks, which nest or are apart: for each address the owner of the smallest network around it. Sorted,
/// disjoint, neighbours of one owner joined. Of two owners of one network the earlier in the list has it.
[[nodiscard]] std::vector<OwnedRange> disjoint(std::vector<OwnedRange> networks);

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// Prefixes with a value each, and which of them is the longest around an address. A lookup costs a map lookup for each
// length that occurs, of which real tables have a handful. Pure.
#pragma once

#include <map>
#include <set>

#include "model/addresses.h"

namespace fos1::ntp {

template <typename Value>
class PrefixTable {
   public:
    using Entries = std::map<IpPrefix, Value>;

    /// `prefix` without host bits.
    void set(const IpPrefix& prefix, const Value& value) {
        m_entries.insert_or_assign(prefix, value);
        m_lengths[prefix.address.family].insert(prefix.length);
    }

    [[nodiscard]] const Value* find(const IpPrefix& prefix) const {
        const auto entry = m_entries.find(prefix);
        return entry == m_entries.end() ? nullptr : &entry->second;
    }

    /// Of the longest prefix around `address` that is no longer than `longest`; null when there is none.
    [[nodiscard]] const Value* around(const IpAddress& address, int longest) const {
        const auto lengths = m_lengths.find(address.family);
        if (lengths == m_lengths.end()) return nullptr;
        auto length = lengths->second.upper_bound(longest);
        while (length != lengths->second.begin())
            if (const Value* value = find(IpPrefix{address, *--length}.network())) return value;
        return nullptr;
    }

    [[nodiscard]] const Entries& entries() const { return m_entries; }

   private:
    Entries m_entries;
    std::map<AddressFamily, std::set<int>> m_lengths;
};

}  // namespace fos1::ntp

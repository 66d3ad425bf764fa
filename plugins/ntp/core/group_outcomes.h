// SPDX-License-Identifier: GPL-2.0-or-later
// What became of the NTPClients of a service. There may be thousands, of which few change: copies share everything, and
// comparisons compare pointers first. Pure.
#pragma once

#include <QString>
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "time/client_state.h"

namespace fos1::ntp {

struct GroupOutcome {
    time::ClientState state;        ///< what is in force; without networks: nothing is
    std::vector<QString> problems;  ///< sentences: a network that somebody else has, a VLAN that is not there
    bool operator==(const GroupOutcome&) const = default;
};

using GroupOutcomePointer = std::shared_ptr<const GroupOutcome>;

/// By name of the NTPClient, in the order of the names. Never changes; reads like a map.
class GroupOutcomes {
   public:
    using value_type = std::pair<QString, GroupOutcomePointer>;
    using Items = std::vector<value_type>;
    using const_iterator = Items::const_iterator;

    GroupOutcomes() : m_items(std::make_shared<const Items>()) {}
    /// Of items in the order of their names.
    explicit GroupOutcomes(Items items) : m_items(std::make_shared<const Items>(std::move(items))) {}

    [[nodiscard]] const_iterator begin() const { return m_items->begin(); }
    [[nodiscard]] const_iterator end() const { return m_items->end(); }
    [[nodiscard]] std::size_t size() const { return m_items->size(); }
    [[nodiscard]] const_iterator find(const QString& name) const {
        const auto at =
            std::lower_bound(begin(), end(), name, [](const auto& a, const auto& b) { return a.first < b; });
        return at != end() && at->first == name ? at : end();
    }
    [[nodiscard]] bool contains(const QString& name) const { return find(name) != end(); }
    /// Of one that is there.
    [[nodiscard]] const GroupOutcomePointer& at(const QString& name) const { return find(name)->second; }

    /// With other outcomes for names that are there.
    [[nodiscard]] GroupOutcomes with(const std::vector<value_type>& others) const {
        Items items = *m_items;
        for (const auto& [name, outcome] : others)
            items[static_cast<std::size_t>(find(name) - begin())].second = outcome;
        return GroupOutcomes(std::move(items));
    }

    /// Calls `use(name, outcome)` for each name that has another outcome afterwards; null: none.
    template <typename Use>
    static void forEachChange(const GroupOutcomes& before, const GroupOutcomes& after, Use use) {
        if (before.m_items == after.m_items) return;
        auto old = before.begin();
        for (const auto& [name, outcome] : after) {
            for (; old != before.end() && old->first < name; ++old) use(old->first, GroupOutcomePointer());
            const bool isKnown = old != before.end() && old->first == name;
            if (!isKnown || old->second != outcome) use(name, outcome);
            if (isKnown) ++old;
        }
        for (; old != before.end(); ++old) use(old->first, GroupOutcomePointer());
    }

   private:
    std::shared_ptr<const Items> m_items;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// The names that are to be changed, in groups, and the next update for as many of them as a message can carry. Pure.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "core/name_decision.h"

namespace fos1::dns {

enum class StepPart { Unknown = 0, Whole, OnlyRemoval };

class UpdateQueue {
   public:
    using Group = std::vector<DnsName>;
    using Steps = std::map<DnsName, NameStep>;

    struct Update {
        Group group;
        std::vector<UpdateLine> lines;
    };

    /// A group shares updates with no other one.
    void pushBack(Group group) { m_groups.push_back(std::move(group)); }
    /// Does nothing with an empty group.
    void pushFront(Group group) {
        if (!group.empty()) m_groups.push_front(std::move(group));
    }
    /// As two groups, to find out which name of the group it is that fails.
    void pushHalves(Group group) {
        const auto middle = group.begin() + static_cast<std::ptrdiff_t>(group.size() / 2);
        m_groups.emplace_front(middle, group.end());
        group.erase(middle, group.end());
        pushFront(std::move(group));
    }
    void clear() { m_groups.clear(); }
    [[nodiscard]] bool isEmpty() const { return m_groups.empty(); }

    /// Takes the names of the next update, all with a step; nothing is left when its group is empty. `reserved`: bytes
    /// for a signature. `tooBig` gains the names whose lines fit into no message; they are left out.
    [[nodiscard]] Update takeNext(const Steps& steps, StepPart part, const DnsName& zone, qsizetype reserved,
                                  Group& tooBig);

   private:
    std::deque<Group> m_groups;
};

}  // namespace fos1::dns

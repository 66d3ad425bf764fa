// SPDX-License-Identifier: GPL-2.0-or-later
// chronyd's access table as it is changed while chronyd runs: what it holds, and what to send so that it answers as
// wanted. There is no command that takes a rule away, so what is no longer wanted gets the answer that holds without
// it, and is remembered. Pure.
#pragma once

#include <vector>

#include "core/prefix_table.h"
#include "model/ntp_service_spec.h"

namespace fos1::ntp {

/// Rules by prefix.
[[nodiscard]] PrefixTable<Permission> tableOf(const std::vector<AccessRule>& rules);

/// What the rules say of an address: the longest prefix decides, and without any it is Deny.
[[nodiscard]] Permission decide(const PrefixTable<Permission>& rules, const IpAddress& address);
[[nodiscard]] Permission decide(const std::vector<AccessRule>& rules, const IpAddress& address);

/// Whether anybody in `network`, which has no host bits, is answered.
[[nodiscard]] bool answersAnyOf(const PrefixTable<Permission>& rules, const IpPrefix& network);

/// Addresses that show whether chronyd answers as the rules say: the first and last of each prefix.
[[nodiscard]] std::vector<IpAddress> probesOf(const std::vector<AccessRule>& rules);

/// 0.0.0.0/0 and ::/0.
[[nodiscard]] std::vector<IpPrefix> everybodyOfEachFamily();

/// An address of each family that no rule is about, where there is one: whether chronyd answers those that are in no
/// rule, which the rules deny.
[[nodiscard]] std::vector<IpAddress> strangersTo(const PrefixTable<Permission>& rules);

/// The largest network around an address that has no rule within it.
[[nodiscard]] IpPrefix roomAround(const PrefixTable<Permission>& rules, const IpAddress& address);

class AccessTable {
   public:
    /// A table that remembers more than this is better begun anew, with a restart of chronyd.
    static constexpr std::size_t kMostRemembered = 20'000;

    AccessTable() = default;
    /// As chronyd holds it after a start with these rules.
    explicit AccessTable(const std::vector<AccessRule>& rules);

    /// What to send, in this order. Shorter prefixes come first, and those within a prefix that is sent follow it:
    /// chrony's table has four bits a level, and a prefix of another length is written over the longer ones that share
    /// its slot (addrfilt.c, set_subnet).
    [[nodiscard]] std::vector<AccessRule> commandsFor(const std::vector<AccessRule>& wanted) const;

    /// The commands were carried out; one with Permission::Unknown may have been, and is sent again when it counts.
    void carriedOut(const std::vector<AccessRule>& commands);

    /// Somebody else may have changed any of them: all are sent again when they count.
    void doubtAll();

    /// Every prefix that was ever sent since chronyd started, with its answer.
    [[nodiscard]] const PrefixTable<Permission>::Entries& rules() const { return m_rules.entries(); }
    [[nodiscard]] bool isFull() const { return rules().size() > kMostRemembered; }

   private:
    PrefixTable<Permission> m_rules;
};

}  // namespace fos1::ntp

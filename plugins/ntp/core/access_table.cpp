// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/access_table.h"

#include <algorithm>
#include <tuple>

namespace fos1::ntp {

namespace {

bool isWithin(const IpPrefix& inner, const IpPrefix& outer) {
    return inner.length > outer.length && outer.contains(inner.address);
}

IpAddress lastOf(const IpPrefix& prefix) {
    IpAddress last = prefix.address;
    for (int bit = prefix.length; bit < last.bits(); ++bit)
        last.bytes[static_cast<std::size_t>(bit / 8)] |= static_cast<quint8>(0x80U >> (bit % 8));
    return last;
}

}  // namespace

Permission decide(const std::vector<AccessRule>& rules, const IpAddress& address) {
    const AccessRule* best = nullptr;
    for (const AccessRule& rule : rules)
        if (rule.network.contains(address) && (!best || rule.network.length > best->network.length)) best = &rule;
    return best ? best->permission : Permission::Deny;
}

AccessTable::AccessTable(const std::vector<AccessRule>& rules) { carriedOut(rules); }

std::vector<AccessRule> AccessTable::commandsFor(const std::vector<AccessRule>& wanted) const {
    Rules next;
    for (const auto& [prefix, permission] : m_rules) {
        // Of a prefix that is itself wanted this is its own rule; of another one, that of the shorter one around it. A
        // longer rule that happens to hold its first address must not decide.
        std::vector<AccessRule> notLonger;
        std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(notLonger),
                     [&prefix = prefix](const AccessRule& rule) { return rule.network.length <= prefix.length; });
        next[prefix] = decide(notLonger, prefix.address);
    }
    for (const AccessRule& rule : wanted) next[rule.network] = rule.permission;

    std::vector<AccessRule> commands;
    for (const auto& [prefix, permission] : next) {
        const auto has = m_rules.find(prefix);
        if (has == m_rules.end() || has->second != permission) commands.push_back({prefix, permission});
    }
    const std::size_t changed = commands.size();
    for (const auto& [prefix, permission] : next) {
        const auto isSent = [&prefix = prefix](const AccessRule& sent) { return sent.network == prefix; };
        const auto covers = [&prefix = prefix](const AccessRule& sent) { return isWithin(prefix, sent.network); };
        const auto end = commands.begin() + static_cast<std::ptrdiff_t>(changed);
        if (std::none_of(commands.begin(), end, isSent) && std::any_of(commands.begin(), end, covers))
            commands.push_back({prefix, permission});
    }
    std::sort(commands.begin(), commands.end(), [](const AccessRule& a, const AccessRule& b) {
        return std::tie(a.network.length, a.network) < std::tie(b.network.length, b.network);
    });
    return commands;
}

void AccessTable::carriedOut(const std::vector<AccessRule>& commands) {
    for (const AccessRule& rule : commands) m_rules[rule.network] = rule.permission;
}

std::vector<IpAddress> probesOf(const std::vector<AccessRule>& rules) {
    std::vector<IpAddress> addresses;
    for (const AccessRule& rule : rules) {
        addresses.push_back(rule.network.address);
        addresses.push_back(lastOf(rule.network));
    }
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/access_table.h"

#include <QStringList>
#include <algorithm>
#include <tuple>

namespace fos1::ntp {

PrefixTable<Permission> tableOf(const std::vector<AccessRule>& rules) {
    PrefixTable<Permission> table;
    for (const AccessRule& rule : rules) table.set(rule.network, rule.permission);
    return table;
}

Permission decide(const PrefixTable<Permission>& rules, const IpAddress& address) {
    const Permission* permission = rules.around(address, address.bits());
    return permission ? *permission : Permission::Deny;
}

Permission decide(const std::vector<AccessRule>& rules, const IpAddress& address) {
    return decide(tableOf(rules), address);
}

bool answersAnyOf(const PrefixTable<Permission>& rules, const IpPrefix& network) {
    const Permission* whole = rules.around(network.address, network.length);
    if (whole && *whole == Permission::Allow) return true;
    const auto& entries = rules.entries();
    for (auto entry = entries.lower_bound(network); entry != entries.end(); ++entry) {
        if (!network.contains(entry->first.address)) return false;
        if (entry->second == Permission::Allow && entry->first.length >= network.length) return true;
    }
    return false;
}

IpPrefix roomAround(const PrefixTable<Permission>& rules, const IpAddress& address) {
    const auto& entries = rules.entries();
    for (int length = 0; length < address.bits(); ++length) {
        const IpPrefix network = IpPrefix{address, length}.network();
        const auto behind = entries.upper_bound(network);
        if (behind == entries.end() || !network.contains(behind->first.address)) return network;
    }
    return {address, address.bits()};
}

AccessTable::AccessTable(const std::vector<AccessRule>& rules) { carriedOut(rules); }

std::vector<AccessRule> AccessTable::commandsFor(const std::vector<AccessRule>& wanted) const {
    const PrefixTable<Permission> target = tableOf(wanted);
    std::vector<AccessRule> commands;
    PrefixTable<bool> sent;
    std::vector<AccessRule> kept;
    const auto plan = [&](const IpPrefix& prefix, Permission permission) {
        const Permission* has = m_rules.find(prefix);
        if (has && *has == permission) {
            kept.push_back({prefix, permission});
            return;
        }
        commands.push_back({prefix, permission});
        sent.set(prefix, true);
    };
    for (const AccessRule& rule : wanted) plan(rule.network, rule.permission);
    for (const auto& [prefix, permission] : m_rules.entries()) {
        if (target.find(prefix)) continue;
        // No longer wanted: it gets the answer of the shorter one around it. A longer rule that happens to hold its
        // first address must not decide.
        const Permission* around = target.around(prefix.address, prefix.length);
        plan(prefix, around ? *around : Permission::Deny);
    }
    for (const AccessRule& rule : kept)
        if (rule.network.length > 0 && sent.around(rule.network.address, rule.network.length - 1))
            commands.push_back(rule);
    std::sort(commands.begin(), commands.end(), [](const AccessRule& a, const AccessRule& b) {
        return std::tie(a.network.length, a.network) < std::tie(b.network.length, b.network);
    });
    return commands;
}

void AccessTable::carriedOut(const std::vector<AccessRule>& commands) {
    for (const AccessRule& rule : commands) m_rules.set(rule.network, rule.permission);
}

void AccessTable::doubtAll() {
    const PrefixTable<Permission>::Entries known = m_rules.entries();
    for (const auto& [prefix, permission] : known) m_rules.set(prefix, Permission::Unknown);
}

std::vector<IpAddress> probesOf(const std::vector<AccessRule>& rules) {
    std::vector<IpAddress> addresses;
    for (const AccessRule& rule : rules) {
        addresses.push_back(rule.network.address);
        addresses.push_back(rule.network.last());
    }
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    return addresses;
}

std::vector<IpPrefix> everybodyOfEachFamily() {
    return {*IpPrefix::parse(QStringLiteral("0.0.0.0/0")), *IpPrefix::parse(QStringLiteral("::/0"))};
}

std::vector<IpAddress> strangersTo(const PrefixTable<Permission>& rules) {
    // Of networks that are apart; those for documentation are the least likely to be in a rule (RFC 5737, RFC 3849).
    static const QStringList kInet4{QStringLiteral("192.0.2.251"), QStringLiteral("198.51.100.251"),
                                    QStringLiteral("203.0.113.251"), QStringLiteral("9.9.9.251")};
    static const QStringList kInet6{QStringLiteral("2001:db8:fffb::1"), QStringLiteral("2620:0:fffb::1"),
                                    QStringLiteral("fd42:fffb::1")};
    std::vector<IpAddress> strangers;
    for (const QStringList& candidates : {kInet4, kInet6}) {
        for (const QString& text : candidates) {
            const IpAddress address = *IpAddress::parse(text);
            if (rules.around(address, address.bits())) continue;
            strangers.push_back(address);
            break;
        }
    }
    return strangers;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/policy_chains.h"

#include <algorithm>
#include <limits>

namespace fos1::firewall {

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// Short, because it appears in every element of the verdict map.
QString tag(const Limit& limit) {
    static constexpr std::pair<nanoseconds, const char*> kUnits[] = {{1s, "s"}, {1ms, "ms"}, {1us, "us"}, {1ns, "ns"}};
    for (const auto& [unit, name] : kUnits)
        if (limit.interval % unit == 0ns)
            return QStringLiteral("%1%2_%3").arg(limit.interval / unit).arg(QLatin1String(name)).arg(limit.burst);
    Q_UNREACHABLE();
}

/// nft's limits are whole numbers per unit of time. Uses the smallest exact unit, otherwise the longest unit, rounded
/// down.
QString nftRate(const Limit& limit) {
    static constexpr std::pair<nanoseconds, const char*> kUnits[] = {
        {1s, "second"}, {1min, "minute"}, {1h, "hour"}, {24h, "day"}, {7 * 24h, "week"}};
    for (const auto& [unit, name] : kUnits)
        if (unit % limit.interval == 0ns)
            return QStringLiteral("%1/%2").arg(unit / limit.interval).arg(QLatin1String(name));
    return QStringLiteral("%1/week").arg(std::max<qint64>(1, kUnits[4].first / limit.interval));
}

/// Clients that do not fit into the sets share a limit in each VLAN. It equals the limits of this many clients.
constexpr int kSharing = 64;

/// A full set adds no element, and then its rule passes every packet as if the client were within its limit. A lookup
/// in the set distinguishes the two cases. The lookup is negated (!=), because for an element in the set the kernel
/// would take another token out of its bucket.
QStringList limitRules(const Limit& limit) {
    const auto refuseOver = [](const LimitSet& set, const char* key, const Limit& of) {
        return QStringLiteral("update @%1 { %2 limit rate over %3 burst %4 packets } goto refuse")
            .arg(set.name, QLatin1String(key), nftRate(of))
            .arg(std::max(1, of.burst));
    };
    const auto [v4, v6, rest] = limitSets(limit);
    const Limit shared{std::max<nanoseconds>(limit.interval / kSharing, 1ns),
                       std::min(limit.burst, std::numeric_limits<int>::max() / kSharing) * kSharing};
    const QString udp = QStringLiteral("meta l4proto udp ");
    QStringList rules;
    for (const auto& [set, key] : {std::pair{v4, "meta iif . ip saddr"}, std::pair{v6, "meta iif . ip6 saddr"}}) {
        rules.append(udp + refuseOver(set, key, limit));
        rules.append(udp + QStringLiteral("%1 != @%2 ").arg(QLatin1String(key), set.name) +
                     refuseOver(rest, "meta iif", shared));
    }
    return rules;
}

/// The mode of an NTP packet is the low three bits of its first byte.
QStringList packetRules(bool isClientsOnly) {
    // Mode 0 is reserved, 6 is control, 7 is private use. 6 and 7 allow amplification and reading state, and no client
    // in a VLAN needs them.
    return {isClientsOnly ? QStringLiteral("meta l4proto udp @th,64,8 & 7 != 3 goto refuse")
                          : QStringLiteral("meta l4proto udp @th,64,8 & 7 != 1-5 goto refuse"),
            QStringLiteral("udp length != %1-%2 goto refuse")
                .arg(length::kUdpHeader + length::kShortest)
                .arg(length::kUdpHeader + length::kLongest)};
}

QStringList bySource(const char* map) {
    return {QStringLiteral("ip saddr vmap @%1").arg(QLatin1String(map)) + u'4',
            QStringLiteral("ip6 saddr vmap @%1").arg(QLatin1String(map)) + u'6'};
}

Chain groupChain(const time::ClientState& group, bool isLast) {
    Chain chain{QStringLiteral("group"), {}};
    if (group.requireNts) {
        chain.name += QStringLiteral("_nts");
        chain.rules.append(
            QStringLiteral("udp length < %1 goto refuse").arg(length::kUdpHeader + length::kShortestNts));
    }
    if (const auto limit = limitOf(group.rateLimit)) {
        chain.name += QStringLiteral("_limit_") + tag(*limit);
        chain.rules += limitRules(*limit);
        isLast = true;  // the packet does not continue with the VLAN's rules
    }
    if (chain.rules.isEmpty()) return {};
    if (isLast) {
        chain.name += QStringLiteral("_admit");
        chain.rules.append(QStringLiteral("goto admit"));
    }
    return chain;
}

}  // namespace

std::optional<Limit> limitOf(const std::optional<time::ServedRate>& rate) {
    if (!rate || rate->interval <= 0ns) return std::nullopt;
    return Limit{rate->interval, rate->burst};
}

std::array<LimitSet, 3> limitSets(const Limit& limit) {
    const QString suffix = u'_' + tag(limit);
    return {{{QStringLiteral("rate4") + suffix, "iface_index . ipv4_addr"},
             {QStringLiteral("rate6") + suffix, "iface_index . ipv6_addr"},
             {QStringLiteral("rate_shared") + suffix, "iface_index"}}};
}

std::chrono::seconds limitMemory(const Limit& limit) {
    const auto isFull = std::chrono::ceil<std::chrono::seconds>(limit.interval) * std::max(1, limit.burst);
    return std::clamp<std::chrono::seconds>(isFull, 60s, 3600s);
}

Chain vlanChain(const time::ServiceState& vlan) {
    const bool isNtsServed = vlan.accepting && vlan.ntsPort > 0;
    const bool isBroadcast = vlan.accepting && vlan.broadcast;
    Chain chain{vlan.accepting ? QStringLiteral("open_%1").arg(vlan.port) : QStringLiteral("closed"), {}};
    // Only packets from this node have an output interface here. They use the same map, because it is the largest part
    // of the table.
    chain.rules.append(isBroadcast ? QStringLiteral("oif != 0 return") : QStringLiteral("oif != 0 goto refuse_sent"));
    if (isBroadcast) chain.name += QStringLiteral("_broadcast");
    if (vlan.accepting) {
        chain.rules.append(QStringLiteral("udp dport != %1 return").arg(vlan.port));
        chain.rules.append(isNtsServed ? QStringLiteral("tcp dport != %1 goto refuse").arg(vlan.ntsPort)
                                       : QStringLiteral("meta l4proto tcp goto refuse"));
        if (isNtsServed) chain.name += QStringLiteral("_nts_%1").arg(vlan.ntsPort);
    }
    if (vlan.clientsOnly) chain.name += QStringLiteral("_clients");
    chain.rules += packetRules(vlan.clientsOnly) + bySource(vlan.accepting ? "clients" : "exempt");
    if (const auto limit = limitOf(vlan.rateLimit); limit && vlan.accepting) {
        chain.name += QStringLiteral("_limit_") + tag(*limit);
        chain.rules += limitRules(*limit);
    }
    chain.rules.append(vlan.accepting ? QStringLiteral("goto admit") : QStringLiteral("goto refuse"));
    return chain;
}

Chain divertChain(int port, bool areAll) {
    const QStringList own{QStringLiteral("ip saddr @own_sources4 return"),
                          QStringLiteral("ip6 saddr @own_sources6 return")};
    const QString redirect = QStringLiteral("meta l4proto udp update @diverted { iifname } redirect to :%1").arg(port);
    if (areAll)
        return {QStringLiteral("divert_%1").arg(port),
                own + QStringList{QStringLiteral("ip saddr @kept4 return"), QStringLiteral("ip6 saddr @kept6 return"),
                                  redirect}};
    return {QStringLiteral("divert_groups_%1").arg(port),
            own + QStringList{QStringLiteral("ip saddr @turned4 ") + redirect,
                              QStringLiteral("ip6 saddr @turned6 ") + redirect}};
}

GroupVerdict inOpenVlan(const time::ClientState& group) {
    if (!group.allow) return {QStringLiteral("goto refuse"), {}};
    const Chain chain = groupChain(group, false);
    if (chain.rules.isEmpty()) return {};
    // A packet that returns from the jump continues with the VLAN's limit.
    return {QStringLiteral("jump ") + chain.name, chain};
}

GroupVerdict inClosedVlan(const time::ClientState& group) {
    if (!group.allow) return {};
    const Chain chain = groupChain(group, true);
    if (chain.rules.isEmpty()) return {QStringLiteral("goto admit"), {}};
    return {QStringLiteral("goto ") + chain.name, chain};
}

}  // namespace fos1::firewall

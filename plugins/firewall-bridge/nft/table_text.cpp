// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/table_text.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "core/policy_chains.h"

namespace fos1::firewall {

namespace {

/// Our hooks precede those of a standard firewall (filter, 0; dstnat, -100), so that packets that we drop stay dropped.
/// Almost every packet is a request of 48 bytes without options for which only the interface matters. The first rule
/// therefore decides about it with a single lookup, which also counts it.
/// Packets to other servers are diverted only if they are client requests without NTS, because only the intended server
/// can answer NTS.
constexpr const char* kHooks =
    R"(	chain admit {
		update @admitted { iifname }
		accept
	}
	chain refuse {
		update @refused { iifname }
		drop
	}
	chain refuse_sent {
		update @refused { oifname }
		drop
	}
	chain input {
		type filter hook input priority filter - 5; policy accept;
		udp dport 123 udp length 56 @th,64,8 & 7 == 3 iifname @quick accept
		meta l4proto . th dport @services iifname vmap @vlans
	}
	chain prerouting {
		type nat hook prerouting priority dstnat - 5; policy accept;
		udp dport 123 udp length 56-80 @th,64,8 & 7 == 3 fib daddr type != { local, broadcast, anycast, multicast } iifname vmap @divert
	}
	chain output {
		type filter hook output priority filter - 5; policy accept;
		meta l4proto udp @th,64,8 & 7 == 5 meta l4proto . th sport @services oifname vmap @vlans
	}
)";

/// An address map or set exists once per family.
struct Family {
    net::AddressFamily addresses;
    const char* digit;
    const char* type;
};
constexpr Family kFamilies[] = {{net::AddressFamily::Inet4, "4", "ipv4_addr"},
                                {net::AddressFamily::Inet6, "6", "ipv6_addr"}};

QByteArray quoted(const QString& interface) { return '"' + interface.toLatin1() + '"'; }

QByteArray number(qint64 value) { return QByteArray::number(value); }

struct Element {
    QByteArray key;
    QByteArray data;  ///< follows the key: " : goto X", or " counter …" before it
    bool operator==(const Element&) const = default;
};
using Elements = std::vector<Element>;

QByteArray joined(const Elements& elements) {
    QByteArray text;
    for (const Element& each : elements) {
        if (!text.isEmpty()) text += ", ";
        text += each.key;
        text += each.data;
    }
    return text;
}

Element goTo(const InterfaceChain& each) { return {quoted(each.interface), " : goto " + each.chain.toLatin1()}; }

Elements gotos(const InterfaceChains& chains) {
    Elements list;
    list.reserve(chains.size());
    for (const InterfaceChain& each : chains) list.push_back(goTo(each));
    return list;
}

Element interfaceAlone(const QString& interface) { return {quoted(interface), {}}; }

Element withCounter(const QString& interface, const Counter& counter) {
    return {quoted(interface),
            " counter packets " + QByteArray::number(counter.packets) + " bytes " + QByteArray::number(counter.bytes)};
}

/// An interface's first packet adds its element; an interface without packets has none.
Elements counted(const InterfaceChains& who, const std::map<QString, Counter>& counters) {
    Elements list;
    for (const InterfaceChain& each : who)
        if (const auto known = counters.find(each.interface); known != counters.end())
            list.push_back(withCounter(each.interface, known->second));
    return list;
}

Element service(const Service& each) { return {(each.isTcp ? "tcp . " : "udp . ") + number(each.port), {}}; }

Elements services(const std::set<Service>& all) {
    Elements list;
    for (const Service& each : all) list.push_back(service(each));
    return list;
}

Elements verdicts(const std::vector<ClientVerdict>& clients, const Family& family) {
    Elements list;
    for (const ClientVerdict& each : clients)
        if (each.range.first.family == family.addresses)
            list.push_back({each.range.text().toLatin1(), " : " + each.verdict.toLatin1()});
    return list;
}

Elements ranges(const std::vector<net::IpRange>& clients, const Family& family) {
    Elements list;
    for (const net::IpRange& each : clients)
        if (each.first.family == family.addresses) list.push_back({each.text().toLatin1(), {}});
    return list;
}

std::set<net::IpAddress> ownSources(const FirewallPlan& plan, const Family& family) {
    std::set<net::IpAddress> list;
    for (const net::IpAddress& each : plan.ownSources)
        if (each.family == family.addresses) list.insert(each);
    return list;
}

QByteArray ownSourcesName(const Family& family) { return QByteArray("own_sources") + family.digit; }

Element address(const net::IpAddress& each) { return {each.text().toLatin1(), {}}; }

Elements addresses(const std::set<net::IpAddress>& all) {
    Elements list;
    for (const net::IpAddress& each : all) list.push_back(address(each));
    return list;
}

/// A set or map of the table with all its contents.
struct Content {
    QByteArray kind;  ///< "set" or "map"
    QByteArray name;
    QByteArray type;
    Elements elements;
};

std::vector<Content> intervals(const FirewallPlan& plan) {
    std::vector<Content> list;
    for (const Family& family : kFamilies) {
        const QByteArray set = QByteArray("type ") + family.type + "; flags interval";
        const QByteArray map = QByteArray("type ") + family.type + " : verdict; flags interval";
        list.push_back({"map", QByteArray("clients") + family.digit, map, verdicts(plan.clients, family)});
        list.push_back({"map", QByteArray("exempt") + family.digit, map, verdicts(plan.exempt, family)});
        list.push_back({"set", QByteArray("kept") + family.digit, set, ranges(plan.kept, family)});
        list.push_back({"set", QByteArray("turned") + family.digit, set, ranges(plan.turned, family)});
    }
    return list;
}

std::vector<Content> contents(const FirewallPlan& plan) {
    const QByteArray byPackets = "type ifname; size 65535; flags dynamic; counter";
    // With a fixed size the kernel uses the faster of its hash tables. Elements that a change deletes count until the
    // change ends, so the size is doubled.
    const QByteArray quick = "type ifname; size " + number(2 * kMostQuick) + "; counter";
    const QByteArray byName = "type ifname : verdict";
    std::vector<Content> list{{"set", "services", "type inet_proto . inet_service", services(plan.services)},
                              {"set", "quick", quick, {}},
                              {"set", "admitted", byPackets, {}},
                              {"set", "refused", byPackets, {}},
                              {"set", "diverted", byPackets, {}},
                              {"map", "vlans", byName, gotos(plan.vlans)},
                              {"map", "divert", byName, gotos(plan.diverts)}};
    for (const Family& family : kFamilies)
        list.push_back(
            {"set", ownSourcesName(family), QByteArray("type ") + family.type, addresses(ownSources(plan, family))});
    for (Content& each : intervals(plan)) list.push_back(std::move(each));
    return list;
}

/// Bounded in size and time, so a flood of forged addresses costs no more.
QByteArray limitBody(const Limit& limit, const LimitSet& set) {
    return QByteArray("{ type ") + set.key + "; flags dynamic,timeout; timeout " + number(limitMemory(limit).count()) +
           "s; size 65535; }\n";
}

QByteArray words(const char* verb, const char* what, const QByteArray& name) {
    return QByteArray(verb) + ' ' + what + ' ' + kTable + ' ' + name;
}

QByteArray elementsText(const char* verb, const QByteArray& set, const Elements& elements) {
    if (elements.empty()) return {};
    return words(verb, "element", set) + " { " + joined(elements) + " }\n";
}

/// The removed, changed and new elements of a map or set.
struct ElementChange {
    Elements gone;
    Elements fresh;

    [[nodiscard]] QByteArray text(const QByteArray& set) const {
        return elementsText("delete", set, gone) + elementsText("add", set, fresh);
    }
};

/// Walks two sorted containers in parallel. Generates no text for equal elements.
template <typename Container, typename Key, typename Make>
ElementChange changeOf(const Container& before, const Container& after, Key key, Make make) {
    ElementChange change;
    const auto drop = [&](const auto& each) { change.gone.push_back({make(each).key, {}}); };
    auto old = before.begin();
    auto now = after.begin();
    while (old != before.end() || now != after.end()) {
        if (now == after.end() || (old != before.end() && key(*old) < key(*now))) {
            drop(*old++);
        } else if (old == before.end() || key(*now) < key(*old)) {
            change.fresh.push_back(make(*now++));
        } else {
            if (!(*old == *now)) {
                drop(*old);
                change.fresh.push_back(make(*now));
            }
            ++old;
            ++now;
        }
    }
    return change;
}

ElementChange change(const InterfaceChains& before, const InterfaceChains& after) {
    return changeOf(
        before, after, [](const InterfaceChain& each) -> const QString& { return each.interface; }, goTo);
}

/// Deletes the counters of interfaces that are in no map any more. Only the kernel knows whether they exist, so they
/// are added first, which has no effect on existing elements.
QByteArray forgetCounters(const QByteArray& set, const ElementChange& change) {
    std::set<QByteArray> stays;
    for (const Element& each : change.fresh) stays.insert(each.key);
    Elements gone = change.gone;
    std::erase_if(gone, [&](const Element& each) { return stays.contains(each.key); });
    return elementsText("add", set, gone) + elementsText("delete", set, gone);
}

template <typename Value, typename Make>
ElementChange change(const std::set<Value>& before, const std::set<Value>& after, Make make) {
    return changeOf(
        before, after, [](const Value& each) -> const Value& { return each; }, make);
}

/// Interval sets are replaced as a whole, because they are small.
QByteArray intervalChange(const Content& before, const Content& after) {
    if (before.elements == after.elements) return {};
    return words("flush", after.kind.constData(), after.name) + '\n' + elementsText("add", after.name, after.elements);
}

/// Moves the counters of an interface from the quick path to the set of all admitted packets.
QByteArray quickChange(const FirewallPlan& before, const FirewallPlan& after,
                       const std::map<QString, Counter>& admitted) {
    const ElementChange change = changeOf(
        before.quick, after.quick, [](const QString& each) -> const QString& { return each; }, interfaceAlone);
    Elements keys;
    Elements moved;
    for (const QString& interface : leavingQuick(before, after)) {
        const auto known = admitted.find(interface);
        if (known == admitted.end()) continue;
        keys.push_back(interfaceAlone(interface));
        moved.push_back(withCounter(interface, known->second));
    }
    return change.text("quick") + elementsText("add", "admitted", keys) + elementsText("delete", "admitted", keys) +
           elementsText("add", "admitted", moved);
}

QByteArray elementChanges(const FirewallPlan& before, const FirewallPlan& after,
                          const std::map<QString, Counter>& admitted) {
    const ElementChange vlans = change(before.vlans, after.vlans);
    const ElementChange diverts = change(before.diverts, after.diverts);
    QByteArray text = change(before.services, after.services, service).text("services") + vlans.text("vlans") +
                      diverts.text("divert") + quickChange(before, after, admitted) +
                      forgetCounters("admitted", vlans) + forgetCounters("refused", vlans) +
                      forgetCounters("diverted", diverts);
    for (const Family& family : kFamilies)
        text += change(ownSources(before, family), ownSources(after, family), address).text(ownSourcesName(family));
    const auto old = intervals(before);
    const auto now = intervals(after);
    for (std::size_t i = 0; i < now.size(); ++i) text += intervalChange(old[i], now[i]);
    return text;
}

}  // namespace

QByteArray tableText(const FirewallPlan& plan) {
    QByteArray text = removalText() + "table " + kTable + " {\n";
    for (const Content& each : contents(plan)) {
        text += '\t' + each.kind + ' ' + each.name + " { " + each.type + ';';
        if (!each.elements.empty()) text += " elements = { " + joined(each.elements) + " };";
        text += " }\n";
    }
    for (const Limit& limit : plan.limits)
        for (const LimitSet& set : limitSets(limit))
            text += "\tset " + set.name.toLatin1() + ' ' + limitBody(limit, set);
    text += kHooks;
    for (const auto& [name, rules] : plan.chains)
        text += "\tchain " + name.toLatin1() + " {\n\t\t" + rules.join(QStringLiteral("\n\t\t")).toLatin1() + "\n\t}\n";
    return text + "}\n";
}

QByteArray completionText(const FirewallPlan& plan, const Counters& counters) {
    Elements quick;
    quick.reserve(plan.quick.size());
    for (const QString& interface : plan.quick) quick.push_back(interfaceAlone(interface));
    QByteArray text = elementsText("add", "quick", quick);
    const auto restore = [&](const char* set, const Elements& elements) {
        // The few packets since the table was written are not worth adding.
        if (!elements.empty()) text += words("flush", "set", set) + '\n' + elementsText("add", set, elements);
    };
    restore("admitted", counted(plan.vlans, counters.admitted));
    restore("refused", counted(plan.vlans, counters.refused));
    restore("diverted", counted(plan.diverts, counters.diverted));
    return text;
}

std::vector<QString> leavingQuick(const FirewallPlan& before, const FirewallPlan& after) {
    std::vector<QString> gone;
    std::set_difference(before.quick.begin(), before.quick.end(), after.quick.begin(), after.quick.end(),
                        std::back_inserter(gone));
    return gone;
}

QByteArray changeText(const FirewallPlan& before, const FirewallPlan& after,
                      const std::map<QString, Counter>& admitted) {
    QByteArray text;
    for (const Limit& limit : after.limits)
        if (!before.limits.contains(limit))
            for (const LimitSet& set : limitSets(limit))
                text += words("add", "set", set.name.toLatin1()) + ' ' + limitBody(limit, set);
    for (const auto& [name, rules] : after.chains) {
        if (before.chains.contains(name)) continue;
        text += words("add", "chain", name.toLatin1()) + '\n';
        for (const QString& rule : rules) text += words("add", "rule", name.toLatin1()) + ' ' + rule.toLatin1() + '\n';
    }
    text += elementChanges(before, after, admitted);
    // Last, when nothing refers to them any more.
    for (const auto& [name, rules] : before.chains)
        if (!after.chains.contains(name)) text += words("flush", "chain", name.toLatin1()) + '\n';
    for (const auto& [name, rules] : before.chains)
        if (!after.chains.contains(name)) text += words("delete", "chain", name.toLatin1()) + '\n';
    for (const Limit& limit : before.limits)
        if (!after.limits.contains(limit))
            for (const LimitSet& set : limitSets(limit)) text += words("delete", "set", set.name.toLatin1()) + '\n';
    return text;
}

QByteArray removalText() { return QByteArray("add table ") + kTable + "\ndelete table " + kTable + '\n'; }

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/vlan_parser.h"

#include <map>

#include "model/security_parser.h"

namespace fos1::ntp {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kLongestHoldoverSeconds = 31536000;
constexpr double kLargestErrorMilliseconds = 1e9;

VlanPolicy parsePolicy(const FieldChecks& at) {
    VlanPolicy policy;
    policy.enabled = at.reader().boolean(QStringLiteral("enabled"), policy.enabled);
    policy.broadcast = at.reader().boolean(QStringLiteral("broadcast"), policy.broadcast);
    policy.clientsOnly = at.reader().boolean(QStringLiteral("clientsOnly"), policy.clientsOnly);
    policy.redirect = at.reader().boolean(QStringLiteral("redirect"), policy.redirect);
    policy.nts = at.reader().boolean(QStringLiteral("nts"), policy.nts);
    const QString key = QStringLiteral("ratelimit");
    if (at.reader().has(key)) policy.rateLimit = parseRateLimit(at.child(key), false);
    return policy;
}

/// The texts in a list, each with its path relative to `at`.
std::vector<std::pair<QString, QString>> texts(const FieldChecks& at, const QString& key) {
    std::vector<std::pair<QString, QString>> list;
    const QCborArray array = at.reader().array(key);
    for (qsizetype i = 0; i < array.size(); ++i)
        list.emplace_back(key + u'[' + QString::number(i) + u']', array.at(i).toString());
    return list;
}

}  // namespace

VlansSpec parseVlans(const FieldChecks& spec) {
    VlansSpec vlans;
    std::map<QString, QString> seen;
    for (const FieldChecks& at : spec.children(QStringLiteral("vlanConfig"))) {
        const QString key = QStringLiteral("vlanRef");
        const QString name = at.reader().text(key);
        if (name.isEmpty()) at.report(key, QStringLiteral("is required"));
        const auto [first, isNew] = seen.try_emplace(name, at.reader().path(key));
        if (!isNew && !name.isEmpty())
            at.report(key, QStringLiteral("%1 has a policy already: %2").arg(name, first->second));
        vlans.entries.push_back({name, parsePolicy(at), at.reader().path()});
    }
    const QString key = QStringLiteral("vlanDefaults");
    if (spec.reader().has(key)) vlans.defaults = parsePolicy(spec.child(key));
    return vlans;
}

AdvertiseSpec parseAdvertise(const FieldChecks& at) {
    AdvertiseSpec advertise;
    advertise.dhcp = at.reader().boolean(QStringLiteral("dhcp"), advertise.dhcp);
    const FieldChecks dns = at.child(QStringLiteral("dns"));
    advertise.dnsName = dns.reader().text(QStringLiteral("name"));
    advertise.dnsZone = dns.reader().text(QStringLiteral("zoneRef"));
    const FieldChecks holdover = at.child(QStringLiteral("holdover"));
    advertise.holdover.duration = holdover.duration(QStringLiteral("duration"), seconds(1), 0, kLongestHoldoverSeconds)
                                      .value_or(advertise.holdover.duration);
    advertise.holdover.errorBound =
        holdover.positiveDuration(QStringLiteral("errorBound"), milliseconds(1), kLargestErrorMilliseconds)
            .value_or(advertise.holdover.errorBound);
    return advertise;
}

tl::expected<ClientGroupSpec, Errors> parseClientGroup(const QCborMap& map) {
    Errors errors;
    const FieldChecks at(CborReader(map, QStringLiteral("spec"), &errors), errors);
    const FieldChecks selector = at.child(QStringLiteral("selector"));
    const FieldChecks policy = at.child(QStringLiteral("policy"));
    ClientGroupSpec group;
    for (const auto& [path, text] : texts(selector, QStringLiteral("networks"))) {
        const std::optional<IpPrefix> network = networkFrom(selector, path, text);
        if (!network) continue;
        if (std::find(group.networks.begin(), group.networks.end(), *network) != group.networks.end())
            selector.report(path, QStringLiteral("%1 is in the list already").arg(text));
        group.networks.push_back(*network);
    }
    for (const auto& [path, text] : texts(selector, QStringLiteral("vlanRefs"))) group.vlans.push_back(text);
    if (selector.reader().array(QStringLiteral("networks")).isEmpty() && group.vlans.empty())
        at.report(QStringLiteral("selector"), QStringLiteral("needs networks or vlanRefs"));
    const QString permission = policy.reader().text(QStringLiteral("permission"), QStringLiteral("allow"));
    group.allow = permission == QStringLiteral("allow");
    if (!group.allow && permission != QStringLiteral("deny"))
        policy.report(QStringLiteral("permission"), QStringLiteral("must be allow or deny, is \"%1\"").arg(permission));
    group.requireNts = policy.reader().boolean(QStringLiteral("requireNTS"));
    group.redirect = policy.reader().boolean(QStringLiteral("redirect"));
    const QString limit = QStringLiteral("ratelimit");
    if (policy.reader().has(limit)) group.rateLimit = parseRateLimit(policy.child(limit), true);
    for (const auto& [path, text] : texts(policy, QStringLiteral("servers"))) {
        if (const auto address = IpAddress::parse(text))
            group.servers.push_back(*address);
        else
            policy.report(path, QStringLiteral("\"%1\" is not an IP address").arg(text));
    }
    if (!errors.empty()) return tl::unexpected<Errors>(std::move(errors));
    return group;
}

}  // namespace fos1::ntp

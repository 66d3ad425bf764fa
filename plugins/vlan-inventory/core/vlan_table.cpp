// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/vlan_table.h"

#include <QHash>  // std::hash<QString>
#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace fos1::vlan {

namespace {

/// The link of a VLAN, or why there is none.
struct Match {
    const Link* link = nullptr;
    Finding finding = Finding::LinkMissing;
    QString why;
};

QString quoted(const QString& name) { return u'"' + name + u'"'; }

bool carries(const Link* link, VlanId id) { return link && link->tag && link->tag->id == id; }

bool isUntagged(const Link* link) { return link && !link->tag; }

/// "lan.10", "vlan10".
bool namesVlan(const QString& link, VlanId id) {
    const QString number = QString::number(id.value);
    return link.endsWith(u'.' + number) || link == QStringLiteral("vlan") + number;
}

Match notFound(const VlanSpec& spec, const Link* named) {
    const QString id = QString::number(spec.id.value);
    if (!named)
        return {nullptr, Finding::LinkMissing, QStringLiteral("There is no link %1.").arg(quoted(spec.interface))};
    if (named->tag)
        return {nullptr, Finding::WrongVlan,
                QStringLiteral("Link %1 carries VLAN %2, and no link on it carries VLAN %3.")
                    .arg(quoted(spec.interface), QString::number(named->tag->id.value), id)};
    return {nullptr, Finding::LinkMissing,
            QStringLiteral("No link on %1 carries VLAN %2.").arg(quoted(spec.interface), id)};
}

Match match(const VlanSpec& spec, const LinkTable& links) {
    const Link* named = links.find(spec.interface);
    if (spec.tagging == Tagging::Untagged) return named ? Match{named, Finding::Up, {}} : notFound(spec, nullptr);
    if (named)
        if (const Link* child = links.findVlan(named->index, spec.id)) return {child, Finding::Up, {}};
    const Link* conventional = links.find(spec.interface + u'.' + QString::number(spec.id.value));
    for (const Link* candidate : {named, conventional, links.find(spec.name)})
        if (carries(candidate, spec.id)) return {candidate, Finding::Up, {}};
    if (isUntagged(conventional)) return {conventional, Finding::Up, {}};
    if (isUntagged(named) && namesVlan(spec.interface, spec.id)) return {named, Finding::Up, {}};
    return notFound(spec, named);
}

QString whyDown(const Link& link) {
    const QString name = quoted(link.name);
    switch (link.state) {
        case LinkState::AdminDown: return QStringLiteral("Link %1 is switched off.").arg(name);
        case LinkState::NoCarrier: return QStringLiteral("Link %1 has no carrier.").arg(name);
        case LinkState::LowerLayerDown: return QStringLiteral("The link that %1 depends on is down.").arg(name);
        case LinkState::Dormant:
            return QStringLiteral("Link %1 waits for an external event such as authentication (dormant).").arg(name);
        case LinkState::Up:
        case LinkState::Unknown: break;
    }
    return QStringLiteral("The state of link %1 is unknown.").arg(name);
}

void describe(VlanEntry& entry, const VlanSpec& spec, const Link& link, const LinkTable& links) {
    network::VlanState& state = entry.state;
    state.interface = link.name;
    state.ifindex = link.index;
    state.up = link.state == LinkState::Up;
    entry.finding = state.up ? Finding::Up : Finding::LinkDown;
    if (!state.up) state.reason = whyDown(link);
    std::vector<InterfaceAddress> present;
    for (const LinkAddress& each : links.addresses(link.index)) {
        present.push_back(each.own);
        state.addresses.push_back(
            {each.own.address.text(), each.own.length, each.broadcast ? each.broadcast->text() : QString()});
    }
    for (const InterfaceAddress& wanted : spec.addresses)
        if (!std::binary_search(present.begin(), present.end(), wanted)) entry.missing.push_back(wanted);
}

}  // namespace

bool isOlder(const VlanSpec& older, const VlanSpec& younger) {
    return std::tie(older.created, older.key) < std::tie(younger.created, younger.key);
}

std::vector<VlanEntry> makeEntries(const std::vector<VlanSpec>& specs, const LinkTable& links) {
    std::unordered_map<int, const ObjectKey*> linkOwners;
    std::unordered_map<QString, const ObjectKey*> nameOwners;
    std::vector<VlanEntry> entries;
    entries.reserve(specs.size());
    for (const VlanSpec& spec : specs) {
        VlanEntry& entry = entries.emplace_back();
        entry.key = spec.key;
        entry.generation = spec.generation;
        entry.declaresAddresses = !spec.addresses.empty();
        entry.state.vlanId = spec.id.value;
        entry.state.zone = spec.zone;
        const auto refuse = [&entry](Finding finding, const QString& why) {
            entry.finding = finding;
            entry.state.reason = why;
        };
        if (const auto [owner, isFirst] = nameOwners.try_emplace(spec.key.name, &spec.key); !isFirst) {
            refuse(Finding::NameTaken,
                   QStringLiteral("%1 is older and has the same name; a node does not distinguish VLANs by namespace.")
                       .arg(owner->second->text()));
            continue;
        }
        if (!spec.enabled) {
            refuse(Finding::Disabled, QStringLiteral("The VLAN is disabled (spec.enabled is false)."));
            continue;
        }
        const Match found = match(spec, links);
        if (!found.link) {
            refuse(found.finding, found.why);
            continue;
        }
        if (const auto [owner, isFirst] = linkOwners.try_emplace(found.link->index, &spec.key); !isFirst) {
            refuse(Finding::LinkTaken, QStringLiteral("Link %1 belongs to %2, which is older.")
                                           .arg(quoted(found.link->name), owner->second->text()));
            continue;
        }
        describe(entry, spec, *found.link, links);
    }
    return entries;
}

}  // namespace fos1::vlan

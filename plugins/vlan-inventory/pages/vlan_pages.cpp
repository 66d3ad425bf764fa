// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/vlan_pages.h"

#include <algorithm>

#include "fos1/page.h"

namespace fos1::vlan {

namespace {

using page::Mark;

/// A disabled VLAN is not trouble.
Mark markOf(const VlanEntry& entry) {
    return entry.finding == Finding::Up || entry.finding == Finding::Disabled ? Mark::None : Mark::Trouble;
}

page::Cell addresses(const network::VlanState& state) {
    QStringList texts;
    for (const network::VlanAddress& each : state.addresses)
        texts.append(QStringLiteral("%1/%2").arg(each.address).arg(each.prefixLength));
    return page::text(texts.join(QStringLiteral(", ")));
}

page::Fields everythingAbout(const VlanEntry& entry) {
    QStringList missing;
    for (const InterfaceAddress& each : entry.missing) missing.append(each.text());
    page::Fields fields(entry.key.ns + u'/' + entry.key.name);
    fields.add(QStringLiteral("VLAN id"), page::count(entry.state.vlanId));
    fields.add(QStringLiteral("Link"), page::text(entry.state.interface));
    fields.add(QStringLiteral("Up"), page::yesNo(entry.state.up), entry.state.reason, markOf(entry));
    fields.add(QStringLiteral("Addresses"), addresses(entry.state));
    fields.add(QStringLiteral("Missing"), page::text(missing.join(QStringLiteral(", "))),
               QStringLiteral("declared, but not on the link"), Mark::Trouble);
    fields.add(QStringLiteral("Zone"), page::text(entry.state.zone));
    return fields;
}

}  // namespace

QCborMap vlansPage(const std::vector<VlanEntry>& vlans, const QString& vlan) {
    page::Document document(QStringLiteral("VLANs"));
    if (!vlan.isEmpty()) {
        const auto found = std::find_if(vlans.begin(), vlans.end(), [&vlan](const VlanEntry& entry) {
            return entry.key.name == vlan || entry.key.ns + u'/' + entry.key.name == vlan;
        });
        if (found == vlans.end()) return page::error(QStringLiteral("there is no VLAN \"%1\"").arg(vlan));
        return document.add(everythingAbout(*found)).toCbor();
    }
    page::Table table({{QStringLiteral("VLAN")},
                       {QStringLiteral("Id"), page::Kind::Count},
                       {QStringLiteral("Link")},
                       {QStringLiteral("Up"), page::Kind::YesNo},
                       {QStringLiteral("Addresses")},
                       {QStringLiteral("Reason")}});
    table.whenEmpty(QStringLiteral("No VLAN is declared; `fos1ctl apply -f FILE` creates one."));
    for (const VlanEntry& entry : vlans)
        table.add({page::text(entry.key.name), page::count(entry.state.vlanId), page::text(entry.state.interface),
                   page::yesNo(entry.state.up), addresses(entry.state), page::text(entry.state.reason)},
                  markOf(entry));
    return document.add(table).toCbor();
}

}  // namespace fos1::vlan

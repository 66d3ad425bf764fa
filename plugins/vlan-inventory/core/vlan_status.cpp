// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/vlan_status.h"

namespace fos1::vlan {

namespace {

QString phase(Finding finding) {
    switch (finding) {
        case Finding::Up: return QStringLiteral("Active");
        case Finding::WrongVlan:
        case Finding::LinkTaken:
        case Finding::NameTaken: return QStringLiteral("Failed");
        case Finding::LinkDown:
        case Finding::LinkMissing:
        case Finding::Disabled:
        case Finding::Unknown: break;
    }
    return QStringLiteral("Pending");
}

QString reason(Finding finding) {
    switch (finding) {
        case Finding::Up: return QStringLiteral("LinkUp");
        case Finding::LinkDown: return QStringLiteral("LinkDown");
        case Finding::LinkMissing: return QStringLiteral("LinkMissing");
        case Finding::WrongVlan: return QStringLiteral("WrongVlan");
        case Finding::Disabled: return QStringLiteral("Disabled");
        case Finding::LinkTaken: return QStringLiteral("LinkTaken");
        case Finding::NameTaken: return QStringLiteral("NameTaken");
        case Finding::Unknown: break;
    }
    return QStringLiteral("Unknown");
}

QString listed(const std::vector<InterfaceAddress>& addresses) {
    QStringList texts;
    for (const InterfaceAddress& each : addresses) texts.append(each.text());
    return texts.join(QStringLiteral(", "));
}

}  // namespace

QCborMap statusFields(const VlanEntry& entry) {
    QCborArray addresses;
    for (const network::VlanAddress& each : entry.state.addresses)
        addresses.append(each.address + u'/' + QString::number(each.prefixLength));
    QCborMap fields{{QStringLiteral("phase"), phase(entry.finding)},
                    {QStringLiteral("activeAddresses"), addresses},
                    {QStringLiteral("observedGeneration"), entry.generation}};
    if (entry.state.ifindex != 0) {
        fields.insert(QStringLiteral("actualInterfaceName"), entry.state.interface);
        fields.insert(QStringLiteral("ifindex"), entry.state.ifindex);
    }
    if (!entry.state.reason.isEmpty()) fields.insert(QStringLiteral("error"), entry.state.reason);
    return fields;
}

std::vector<Condition> conditions(const VlanEntry& entry) {
    const bool isUp = entry.finding == Finding::Up;
    const QString message = isUp ? QStringLiteral("Link \"%1\" is up.").arg(entry.state.interface) : entry.state.reason;
    std::vector<Condition> list{(isUp ? good : bad)("Ready", reason(entry.finding), message, entry.generation)};
    if (entry.finding == Finding::LinkTaken || entry.finding == Finding::NameTaken)
        list.push_back(bad("Conflict", reason(entry.finding), message, entry.generation));
    if (entry.declaresAddresses && entry.state.ifindex != 0)
        list.push_back(
            entry.missing.empty()
                ? good("AddressesAsDeclared", "AllPresent", "The link has every declared address.", entry.generation)
                : bad("AddressesAsDeclared", "AddressMissing",
                      QStringLiteral("The link lacks %1.").arg(listed(entry.missing)), entry.generation));
    return list;
}

}  // namespace fos1::vlan

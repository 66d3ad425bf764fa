// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/dhcp_pages.h"

#include <QDateTime>

#include "fos1/page.h"

namespace fos1::dhcp {

namespace {

using page::Kind;
using page::Mark;

/// A page has at most 1,000,000 bytes.
constexpr int kMostRows = 3000;

page::Cell since(qint64 unixSeconds) {
    return unixSeconds > 0 ? page::time(QDateTime::fromSecsSinceEpoch(unixSeconds)) : page::none();
}

QString addressesOf(const ToldSubnet& subnet) { return subnet.addresses.join(QStringLiteral(", ")); }

page::Fields everythingAbout(const ToldSubnet& subnet, qint64 now) {
    page::Fields fields(subnet.server + QStringLiteral(", ") + subnet.subnet);
    fields.add(QStringLiteral("Clients are told"), page::text(addressesOf(subnet)),
               subnet.owned ? QString() : QStringLiteral("set by an administrator"));
    if (subnet.addresses.isEmpty())
        fields.add(QStringLiteral("Clients are told"), page::text(QStringLiteral("nothing")));
    fields.add(QStringLiteral("Since"), since(subnet.since));
    if (subnet.clientsUntil > now)
        fields.add(QStringLiteral("Clients may still come until"), since(subnet.clientsUntil),
                   QStringLiteral("those that were told before"));
    fields.add(QStringLiteral("Reason"), page::text(subnet.reason));
    return fields;
}

QCborMap pageOf(const QString& name, const ToldState& state, qint64 now) {
    page::Document document(QStringLiteral("NTP servers by DHCP in %1").arg(name));
    page::Fields fields;
    fields.add(QStringLiteral("Told"), page::yesNo(state.told), state.reason);
    document.add(fields);
    for (const ToldSubnet& subnet : state.subnets) document.add(everythingAbout(subnet, now));
    return document.toCbor();
}

}  // namespace

QCborMap toldPage(const std::map<QString, ToldState>& states, const std::map<QString, std::vector<ToldRow>>& rows,
                  const QString& vlan, qint64 now) {
    if (!vlan.isEmpty()) {
        const auto found = states.find(vlan);
        if (found == states.end())
            return page::error(
                QStringLiteral("VLAN \"%1\" is unknown; `fos1ctl dhcp show` lists the known ones").arg(vlan));
        return pageOf(vlan, found->second, now);
    }
    page::Table table({{QStringLiteral("VLAN")},
                       {QStringLiteral("Server")},
                       {QStringLiteral("Subnet")},
                       {QStringLiteral("Told"), Kind::YesNo},
                       {QStringLiteral("Addresses")},
                       {QStringLiteral("Since"), Kind::Time},
                       {QStringLiteral("Reason")}});
    table.whenEmpty(QStringLiteral("No time service declares a VLAN here."));
    int count = 0;
    for (const auto& [name, state] : states) {
        if (state.subnets.empty() && ++count <= kMostRows)
            table.add({page::text(name), page::none(), page::none(), page::yesNo(false), page::none(), page::none(),
                       page::text(state.reason)});
        for (const ToldSubnet& each : state.subnets)
            if (++count <= kMostRows)
                table.add({page::text(name), page::text(each.server), page::text(each.subnet), page::yesNo(each.told),
                           page::text(addressesOf(each)), since(each.since), page::text(each.reason)});
    }
    page::Document document(QStringLiteral("NTP servers by DHCP"));
    document.add(table);
    page::Table others({{QStringLiteral("Server")},
                        {QStringLiteral("Subnet")},
                        {QStringLiteral("Told"), Kind::YesNo},
                        {QStringLiteral("Addresses")},
                        {QStringLiteral("Reason")}},
                       QStringLiteral("Subnets of no VLAN"));
    bool hasOthers = false;
    for (const auto& [server, all] : rows)
        for (const ToldRow& row : all) {
            if (states.contains(row.vlan) || ++count > kMostRows) continue;
            hasOthers = true;
            others.add({page::text(server), page::text(row.told.subnet), page::yesNo(row.told.told),
                        page::text(addressesOf(row.told)), page::text(row.told.reason)},
                       row.problem.isEmpty() ? Mark::None : Mark::Trouble);
        }
    if (hasOthers) document.add(others);
    if (count > kMostRows) document.addLines({QStringLiteral("%1 more are not shown.").arg(count - kMostRows)});
    return document.toCbor();
}

}  // namespace fos1::dhcp

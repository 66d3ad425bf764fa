// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/firewall_pages.h"

#include "fos1/page.h"

namespace fos1::firewall {

namespace {

using page::Kind;
using page::Mark;

Mark markOf(const EnforcedState& state) { return state.enforced ? Mark::None : Mark::Trouble; }

void addCounter(page::Fields& fields, const QString& label, const Counter& counter) {
    fields.add(label, page::packets(static_cast<qint64>(counter.packets)), QStringLiteral("packets"));
    fields.add({}, page::bytes(static_cast<qint64>(counter.bytes)));
}

/// They are named when they are few.
QString ownSourcesSentence(const QStringList& addresses) {
    constexpr qsizetype kMostNamed = 8;
    if (addresses.size() == 1)
        return QStringLiteral("Requests of 1 time source of this node are not redirected: %1.").arg(addresses.front());
    const QString sentence =
        QStringLiteral("Requests of %1 time sources of this node are not redirected").arg(addresses.size());
    return sentence +
           (addresses.size() > kMostNamed ? QString() : QStringLiteral(": ") + addresses.join(QStringLiteral(", "))) +
           u'.';
}

page::Fields everythingAbout(const QString& name, const EnforcedState& state) {
    page::Fields fields(name);
    fields.add(QStringLiteral("Link"), page::text(state.interface));
    fields.add(QStringLiteral("Enforced"), page::yesNo(state.enforced), state.reason, markOf(state));
    fields.add(QStringLiteral("Policy"), page::text(state.policy));
    addCounter(fields, QStringLiteral("Admitted"), state.admitted);
    addCounter(fields, QStringLiteral("Dropped"), state.refused);
    if (state.redirected.packets > 0)
        fields.add(QStringLiteral("Redirected"), page::count(static_cast<qint64>(state.redirected.packets)),
                   QStringLiteral("exchanges"));
    return fields;
}

}  // namespace

QCborMap enforcementPage(const std::map<QString, EnforcedState>& vlans, const QStringList& ownSources,
                         const QString& vlan) {
    page::Document document(QStringLiteral("NTP and the firewall"));
    if (!vlan.isEmpty()) {
        const auto found = vlans.find(vlan);
        if (found == vlans.end())
            return page::error(
                QStringLiteral("VLAN \"%1\" is unknown; `fos1ctl firewall show` lists the known ones").arg(vlan));
        document.add(everythingAbout(vlan, found->second));
        if (found->second.redirect && !ownSources.isEmpty()) document.addLines({ownSourcesSentence(ownSources)});
        return document.toCbor();
    }
    page::Table table({{QStringLiteral("VLAN")},
                       {QStringLiteral("Link")},
                       {QStringLiteral("Enforced"), Kind::YesNo},
                       {QStringLiteral("Admitted"), Kind::Packets},
                       {QStringLiteral("Dropped"), Kind::Packets},
                       {QStringLiteral("Redirected"), Kind::Count},
                       {QStringLiteral("Policy")},
                       {QStringLiteral("Reason")}});
    table.whenEmpty(QStringLiteral("No time service declares a VLAN here."));
    for (const auto& [name, state] : vlans)
        table.add({page::text(name), page::text(state.interface), page::yesNo(state.enforced),
                   page::packets(static_cast<qint64>(state.admitted.packets)),
                   page::packets(static_cast<qint64>(state.refused.packets)),
                   page::count(static_cast<qint64>(state.redirected.packets)), page::text(state.policy),
                   page::text(state.reason)},
                  markOf(state));
    document.add(table);
    if (!ownSources.isEmpty()) document.addLines({ownSourcesSentence(ownSources)});
    return document.toCbor();
}

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
#include "pages/dns_pages.h"

#include <QDateTime>

#include "fos1/page.h"

namespace fos1::dns {

namespace {

using page::Kind;

/// What is for people, and must not hold up the event loop. The topic dns.ntp/v1 has all of it.
constexpr int kMostRows = 1000;
/// A page has at most 1,000,000 bytes.
constexpr int kMostChanges = 3000;
constexpr qsizetype kMostShown = 3;

page::Cell at(qint64 unixSeconds) {
    return unixSeconds > 0 ? page::time(QDateTime::fromSecsSinceEpoch(unixSeconds)) : page::none();
}

QString recordsOf(const std::set<Record>& records) {
    QStringList all;
    for (const Record& each : records) all.append(toText(each.type) + u' ' + each.text());
    if (all.size() <= kMostShown) return all.join(QStringLiteral(", "));
    return all.mid(0, kMostShown).join(QStringLiteral(", ")) +
           QStringLiteral(" and %1 more").arg(all.size() - kMostShown);
}

QString ownerOf(const NameState& state) {
    if (state.standing == NameStanding::Foreign) return QStringLiteral("somebody else");
    QStringList all;
    if (!state.records.empty()) all.append(QStringLiteral("this node"));
    for (const QString& each : state.sharedWith) all.append(each);
    return all.join(QStringLiteral(", "));
}

page::Fields everythingAbout(const PublishedName& name) {
    page::Fields fields(name.name + QStringLiteral(" in ") + name.zone);
    fields.add(QStringLiteral("Published"), page::yesNo(name.published),
               name.owned ? QString() : QStringLiteral("somebody else owns the name"));
    for (const PublishedRecord& each : name.records)
        fields.add(QStringLiteral("Record"), page::text(each.type + u' ' + each.data));
    fields.add(QStringLiteral("Server"), page::text(name.server));
    fields.add(QStringLiteral("Shared with"), page::text(name.sharedWith.join(QStringLiteral(", "))));
    fields.add(QStringLiteral("Since"), at(name.since));
    fields.add(QStringLiteral("Verified"), at(name.verified));
    fields.add(QStringLiteral("Why not"), page::text(name.reason));
    return fields;
}

QCborMap pageOf(const QString& vlan, const PublishedState& state) {
    page::Document document(QStringLiteral("Names of the time service in %1").arg(vlan));
    page::Fields fields;
    fields.add(QStringLiteral("Published"), page::yesNo(state.published), state.reason);
    document.add(fields);
    for (const PublishedName& each : state.names) document.add(everythingAbout(each));
    return document.toCbor();
}

page::Table unnamedVlans(const std::map<QString, PublishedState>& states) {
    page::Table table({{QStringLiteral("VLAN")}, {QStringLiteral("Why not")}}, QStringLiteral("VLANs without a name"));
    for (const auto& [vlan, state] : states)
        if (!state.published) table.add({page::text(vlan), page::text(state.reason)});
    return table;
}

/// As nsupdate(1) would be told; nothing: the name is as it should be.
QStringList changesOf(const NameState& state, quint32 ttl) {
    QStringList changes;
    const auto line = [&state](const QString& verb, const QString& ttlText, const Record& record) {
        return QStringLiteral("update ") + verb + u' ' + state.name.text() + ttlText + u' ' + toText(record.type) +
               u' ' + record.text();
    };
    if (state.standing == NameStanding::Foreign)
        changes.append(QStringLiteral("; ") + state.name.text() + QStringLiteral(" is left alone: ") + state.reason);
    for (const Record& record : state.records)
        if (!state.wanted.contains(record)) changes.append(line(QStringLiteral("delete"), {}, record));
    for (const Record& record : state.wanted)
        if (!state.records.contains(record))
            changes.append(line(QStringLiteral("add"), u' ' + QString::number(ttl), record));
    return changes;
}

void addDifference(const ZoneTable& table, QStringList& lines) {
    QStringList changes;
    qsizetype leftOut = 0;
    for (const auto& each : table.names) {
        const QStringList ofName = changesOf(*each, table.ttl);
        if (ofName.isEmpty()) continue;
        if (lines.size() + changes.size() + ofName.size() > kMostChanges)
            ++leftOut;
        else
            changes.append(ofName);
    }
    if (changes.isEmpty() && leftOut == 0) return;
    lines.append(QStringLiteral("; ") + table.server);
    lines.append(QStringLiteral("zone ") + table.domain.text());
    lines.append(changes);
    if (leftOut > 0) lines.append(QStringLiteral("; changes of %1 more names are not shown").arg(leftOut));
    lines.append(QStringLiteral("send"));
}

}  // namespace

QCborMap zonesPage(const PublishedBook& book) {
    page::Table table({{QStringLiteral("Zone")},
                       {QStringLiteral("Domain")},
                       {QStringLiteral("Kept at")},
                       {QStringLiteral("Serial"), Kind::Count},
                       {QStringLiteral("Names"), Kind::Count},
                       {QStringLiteral("In force"), Kind::YesNo},
                       {QStringLiteral("Why not")}});
    table.whenEmpty(QStringLiteral("No zone has been read yet."));
    for (const auto& [zone, rows] : book.zones()) {
        const bool isFailing = !rows.failure.isEmpty();
        const auto& known = rows.table;
        table.add({page::text(zone), known ? page::text(known->domain.shortText()) : page::none(),
                   known ? page::text(known->server) : page::none(),
                   known && known->serial ? page::count(*known->serial) : page::none(),
                   page::count(rows.count(NameStanding::Published)), page::yesNo(!isFailing), page::text(rows.failure)},
                  isFailing ? page::Mark::Trouble : page::Mark::None);
    }
    page::Document document(QStringLiteral("Zones with names of the time service"));
    document.add(table);
    return document.toCbor();
}

QCborMap differencePage(const PublishedBook& book) {
    QStringList lines;
    for (const auto& [zone, rows] : book.zones())
        if (rows.table) addDifference(*rows.table, lines);
    if (lines.isEmpty()) lines.append(QStringLiteral("All zones have the names that they should."));
    page::Document document(QStringLiteral("What is to be changed"));
    document.addLines(lines);
    return document.toCbor();
}

QCborMap publishedPage(const std::map<QString, PublishedState>& states, const PublishedBook& book,
                       const QString& vlan) {
    if (!vlan.isEmpty()) {
        const auto found = states.find(vlan);
        if (found == states.end())
            return page::error(
                QStringLiteral("VLAN \"%1\" is unknown; `fos1ctl dns show` lists the known ones").arg(vlan));
        return pageOf(vlan, found->second);
    }
    page::Table table({{QStringLiteral("Name")},
                       {QStringLiteral("Records")},
                       {QStringLiteral("Zone")},
                       {QStringLiteral("Owner")},
                       {QStringLiteral("Published"), Kind::YesNo},
                       {QStringLiteral("Verified"), Kind::Time},
                       {QStringLiteral("Why not")}});
    table.whenEmpty(QStringLiteral("No time service declares a name here."));
    int count = 0;
    for (const auto& [zone, rows] : book.zones()) {
        const bool isFailing = !rows.failure.isEmpty();
        for (const auto& [name, row] : rows.rows) {
            if (++count > kMostRows) continue;
            const NameState& state = *row.state;
            const bool isForeign = state.standing == NameStanding::Foreign;
            const bool isTrouble = isFailing || isForeign || state.standing == NameStanding::Pending;
            table.add({page::text(name.shortText()), page::text(recordsOf(state.records)), page::text(zone),
                       page::text(ownerOf(state)), page::yesNo(!isForeign && !state.records.empty()),
                       at(state.verified), page::text(isFailing ? rows.failure : state.reason)},
                      isTrouble ? page::Mark::Trouble : page::Mark::None);
        }
    }
    page::Document document(QStringLiteral("Names of the time service"));
    document.add(table);
    if (std::any_of(states.begin(), states.end(), [](const auto& each) { return !each.second.published; }))
        document.add(unnamedVlans(states));
    if (count > kMostRows) document.addLines({QStringLiteral("%1 more are not shown.").arg(count - kMostRows)});
    return document.toCbor();
}

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/names_preview.h"

#include <QCborArray>
#include <QStringList>

namespace fos1::dns {

namespace {

/// A preview is for people.
constexpr qsizetype kMostPreviewed = 500;

/// What is kept is taken to be there.
std::set<Record> recordsIn(const ZonePlan& plan, const DnsName& name) {
    const NamePlan* const found = plan.find(name);
    if (!found) return {};
    std::set<Record> records = found->wanted;
    records.insert(found->keepable.begin(), found->keepable.end());
    return records;
}

bool isForeign(const PublishedBook& book, const QString& zone, const DnsName& name) {
    const auto rows = book.zones().find(zone);
    if (rows == book.zones().end()) return false;
    const auto row = rows->second.rows.find(name);
    return row != rows->second.rows.end() && row->second.state->standing == NameStanding::Foreign;
}

/// Returns whether anything differs.
bool compareName(const QString& where, const std::set<Record>& before, const std::set<Record>& after,
                 QStringList& lines) {
    for (const Record& each : before)
        if (!after.contains(each))
            lines.append(QStringLiteral("- %1 %2 %3").arg(where, toText(each.type), each.text()));
    for (const Record& each : after)
        if (!before.contains(each))
            lines.append(QStringLiteral("+ %1 %2 %3").arg(where, toText(each.type), each.text()));
    return before != after;
}

}  // namespace

QCborMap describeNames(const QStringList& zones, const ZonePlans& now, const ZonePlans& then,
                       const PublishedBook& book) {
    QStringList lines;
    int count = 0;
    for (std::size_t i = 0; i < now.zones.size(); ++i) {
        const QString& zone = zones[static_cast<qsizetype>(i)];
        std::set<DnsName> names;
        for (const auto* plan : {now.zones[i].get(), then.zones[i].get()})
            for (const auto& [name, each] : plan->names) names.insert(name);
        for (const DnsName& name : names)
            if (!isForeign(book, zone, name) &&
                compareName(zone + u' ' + name.shortText(), recordsIn(*now.zones[i], name),
                            recordsIn(*then.zones[i], name), lines))
                ++count;
    }
    QStringList problems;
    for (const auto& [vlan, problem] : then.problems) {
        const auto before = now.problems.find(vlan);
        if (before == now.problems.end() || before->second != problem)
            problems.append(QStringLiteral("  ") + vlan + QStringLiteral(": ") + problem);
    }
    if (count == 0 && problems.isEmpty()) return {};
    if (lines.size() > kMostPreviewed) {
        const qsizetype more = lines.size() - kMostPreviewed;
        lines = lines.mid(0, kMostPreviewed);
        lines.append(QStringLiteral("  and %1 more").arg(more));
    }
    const QString summary =
        count == 0 ? QStringLiteral("No name in DNS would change, and some would be missing.")
                   : QStringLiteral("%1 in DNS would change.")
                         .arg(count == 1 ? QStringLiteral("1 name") : QStringLiteral("%1 names").arg(count));
    return {{QStringLiteral("disruption"), count > 0 ? QStringLiteral("online") : QStringLiteral("none")},
            {QStringLiteral("summary"), summary},
            {QStringLiteral("sections"),
             QCborArray{QCborMap{{QStringLiteral("title"), QStringLiteral("Names in DNS")},
                                 {QStringLiteral("lines"), QCborArray::fromStringList(lines + problems.mid(0, 20))}}}}};
}

}  // namespace fos1::dns

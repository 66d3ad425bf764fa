// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/names_preview.h"

#include <QCborArray>
#include <QStringList>

namespace fos1::dns {

namespace {

/// A preview is for people.
constexpr qsizetype kMostPreviewed = 500;

/// What is kept is taken to be there.
std::set<Record> recordsOf(const NamePlan* plan) {
    if (!plan) return {};
    std::set<Record> records = plan->wanted;
    records.insert(plan->keepable.begin(), plan->keepable.end());
    return records;
}

/// Calls `use(name, before, after)` for each name whose plans are not the same object; null where a plan lacks it.
template <typename Use>
void eachDifference(const ZonePlan& before, const ZonePlan& after, Use use) {
    auto left = before.names.begin();
    auto right = after.names.begin();
    while (left != before.names.end() || right != after.names.end()) {
        const bool isLeft = right == after.names.end() || (left != before.names.end() && !(right->first < left->first));
        const bool isRight =
            left == before.names.end() || (right != after.names.end() && !(left->first < right->first));
        const NamePlan* const was = isLeft ? left->second.get() : nullptr;
        const NamePlan* const is = isRight ? right->second.get() : nullptr;
        if (was != is) use(isLeft ? left->first : right->first, was, is);
        if (isLeft) ++left;
        if (isRight) ++right;
    }
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
        eachDifference(*now.zones[i], *then.zones[i],
                       [&](const DnsName& name, const NamePlan* before, const NamePlan* after) {
                           if (!isForeign(book, zone, name) &&
                               compareName(zone + u' ' + name.shortText(), recordsOf(before), recordsOf(after), lines))
                               ++count;
                       });
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

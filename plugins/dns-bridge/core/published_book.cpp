// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/published_book.h"

#include <algorithm>

namespace fos1::dns {

namespace {

/// Addresses of other VLANs at a common name are theirs to report.
bool concerns(const Record& record, const VlanOffer& vlan) {
    const auto address = addressOf(record);
    if (!address) return true;
    return std::any_of(vlan.addresses.begin(), vlan.addresses.end(),
                       [&](const bridge::OwnAddress& each) { return each.address == *address; });
}

PublishedName nameFor(const NameRow& row, const VlanOffer& vlan) {
    const NameState& state = *row.state;
    PublishedName name;
    name.name = state.name.shortText();
    name.owned = state.standing != NameStanding::Foreign;
    name.since = row.since;
    for (const Record& each : state.records) {
        if (!concerns(each, vlan)) continue;
        name.records.push_back({toText(each.type), each.text()});
        name.since = std::max(name.since, row.recordsSince.at(each));
    }
    name.published = name.owned && !name.records.empty();
    name.sharedWith = QStringList(state.sharedWith.begin(), state.sharedWith.end());
    name.verified = state.verified;
    name.reason = state.reason;
    return name;
}

void noteRecords(NameRow& row, qint64 now) {
    std::erase_if(row.recordsSince, [&](const auto& each) { return !row.state->records.contains(each.first); });
    for (const Record& each : row.state->records) row.recordsSince.emplace(each, now);
}

bool hasAddress(const PublishedName& name) {
    return std::any_of(name.records.begin(), name.records.end(),
                       [](const PublishedRecord& each) { return each.type == u"A" || each.type == u"AAAA"; });
}

}  // namespace

qint64 ZoneRows::count(NameStanding standing) const {
    return std::count_if(rows.begin(), rows.end(),
                         [standing](const auto& each) { return each.second.state->standing == standing; });
}

void PublishedBook::index(const QString& zone, const NameState& state, bool isThere) {
    for (const QString& vlan : state.vlans) {
        auto& names = m_byVlan[vlan];
        if (isThere)
            names.emplace(zone, state.name);
        else
            names.erase({zone, state.name});
        if (names.empty()) m_byVlan.erase(vlan);
    }
}

std::set<QString> PublishedBook::record(const QString& zone, const std::shared_ptr<const ZoneTable>& table,
                                        qint64 now) {
    std::set<QString> concerned;
    ZoneRows& known = m_zones[zone];
    auto at = known.rows.begin();
    const auto removeUntil = [&](const DnsName* name) {
        while (at != known.rows.end() && (!name || at->first < *name)) {
            const NameState& was = *at->second.state;
            concerned.insert(was.vlans.begin(), was.vlans.end());
            index(zone, was, false);
            at = known.rows.erase(at);
        }
    };
    for (const auto& state : table->names) {
        removeUntil(&state->name);
        if (at == known.rows.end() || at->first != state->name) {
            concerned.insert(state->vlans.begin(), state->vlans.end());
            index(zone, *state, true);
            const auto added = known.rows.emplace_hint(at, state->name, NameRow{state, now, {}});
            noteRecords(added->second, now);
            continue;
        }
        NameRow& row = (at++)->second;
        if (row.state == state) continue;
        const auto was = std::exchange(row.state, state);
        if (was->standing != state->standing) row.since = now;
        noteRecords(row, now);
        concerned.insert(was->vlans.begin(), was->vlans.end());
        concerned.insert(state->vlans.begin(), state->vlans.end());
        if (was->vlans == state->vlans) continue;
        index(zone, *was, false);
        index(zone, *state, true);
    }
    removeUntil(nullptr);
    known.table = table;
    return concerned;
}

bool PublishedBook::recordFailure(const QString& zone, const QString& why) {
    const QString failure = QStringLiteral("The zone %1 could not be checked or changed: %2.").arg(zone, why);
    return std::exchange(m_zones[zone].failure, failure) != failure;
}

bool PublishedBook::recordSuccess(const QString& zone) {
    return !std::exchange(m_zones[zone].failure, QString()).isEmpty();
}

PublishedState PublishedBook::state(const QString& vlan, const VlanOffer& offer, const QString& problem) const {
    PublishedState state;
    if (const auto names = m_byVlan.find(vlan); names != m_byVlan.end())
        for (const auto& [zone, at] : names->second) {
            const ZoneRows& rows = m_zones.at(zone);
            PublishedName name = nameFor(rows.rows.at(at), offer);
            name.zone = zone;
            name.server = rows.table->server;
            if (!rows.failure.isEmpty()) name.reason = rows.failure;
            state.published = state.published || (name.published && hasAddress(name));
            state.names.push_back(std::move(name));
        }
    if (state.published) return state;
    const auto failing =
        std::find_if(m_zones.begin(), m_zones.end(), [](const auto& each) { return !each.second.failure.isEmpty(); });
    if (offer.wish != Wish::Tell)
        state.reason = offer.reason;
    else if (!problem.isEmpty())
        state.reason = problem;
    else if (!state.names.empty() && !state.names.front().reason.isEmpty())
        state.reason = state.names.front().reason;
    else if (failing != m_zones.end())
        state.reason = failing->second.failure;
    else
        state.reason = QStringLiteral("It is not published yet.");
    return state;
}

QStringList PublishedBook::problemsOf(const QString& zone) const {
    QStringList problems;
    const auto known = m_zones.find(zone);
    if (known == m_zones.end()) return problems;
    for (const auto& [name, row] : known->second.rows)
        if (row.state->standing == NameStanding::Foreign)
            problems.append(name.shortText() + QStringLiteral(": ") + row.state->reason);
    return problems;
}

}  // namespace fos1::dns

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
    for (const Record& each : state.records)
        if (concerns(each, vlan)) name.records.push_back({toText(each.type), each.text()});
    name.published = name.owned && !name.records.empty();
    name.sharedWith = QStringList(state.sharedWith.begin(), state.sharedWith.end());
    name.since = row.since;
    name.verified = state.verified;
    name.reason = state.reason;
    return name;
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
    std::map<DnsName, NameRow> before = std::exchange(known.rows, {});
    for (const auto& state : table->names) {
        NameRow row{state, now};
        if (const auto old = before.find(state->name); old != before.end()) {
            const NameState& was = *old->second.state;
            if (was.standing == state->standing && was.records == state->records) row.since = old->second.since;
            const bool isSame = old->second.state == state;
            if (!isSame) {
                concerned.insert(was.vlans.begin(), was.vlans.end());
                concerned.insert(state->vlans.begin(), state->vlans.end());
                if (was.vlans != state->vlans) {
                    index(zone, was, false);
                    index(zone, *state, true);
                }
            }
            before.erase(old);
        } else {
            concerned.insert(state->vlans.begin(), state->vlans.end());
            index(zone, *state, true);
        }
        known.rows.emplace_hint(known.rows.end(), state->name, std::move(row));
    }
    for (const auto& [name, row] : before) {
        concerned.insert(row.state->vlans.begin(), row.state->vlans.end());
        index(zone, *row.state, false);
    }
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

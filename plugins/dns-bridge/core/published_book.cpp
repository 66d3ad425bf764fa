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
    PublishedName name;
    name.name = row.state.name.shortText();
    name.owned = row.state.standing != NameStanding::Foreign;
    for (const Record& each : row.state.records)
        if (concerns(each, vlan)) name.records.push_back({toText(each.type), each.text()});
    name.published = name.owned && !name.records.empty();
    name.sharedWith = QStringList(row.state.sharedWith.begin(), row.state.sharedWith.end());
    name.since = row.since;
    name.verified = row.state.verified;
    name.reason = row.state.reason;
    return name;
}

bool hasAddress(const PublishedName& name) {
    return std::any_of(name.records.begin(), name.records.end(),
                       [](const PublishedRecord& each) { return each.type == u"A" || each.type == u"AAAA"; });
}

}  // namespace

void PublishedBook::record(const QString& zone, const std::shared_ptr<const ZoneTable>& table, qint64 now) {
    std::map<DnsName, NameRow> before;
    for (NameRow& row : m_rows[zone]) {
        const DnsName name = row.state.name;
        before.insert_or_assign(name, std::move(row));
    }
    std::vector<NameRow> rows;
    rows.reserve(table->names.size());
    for (const NameState& state : table->names) {
        const auto known = before.find(state.name);
        const bool isSame = known != before.end() && known->second.state.standing == state.standing &&
                            known->second.state.records == state.records;
        rows.push_back({state, isSame ? known->second.since : now});
    }
    m_rows[zone] = std::move(rows);
    m_tables[zone] = table;
}

void PublishedBook::recordFailure(const QString& zone, const QString& why) {
    m_rows[zone];
    m_failures[zone] = QStringLiteral("The zone %1 could not be checked or changed: %2.").arg(zone, why);
}

QString PublishedBook::serverOf(const QString& zone) const {
    const auto table = tableOf(zone);
    return table ? table->server : QString();
}

std::shared_ptr<const ZoneTable> PublishedBook::tableOf(const QString& zone) const {
    const auto table = m_tables.find(zone);
    return table == m_tables.end() ? nullptr : table->second;
}

std::map<QString, PublishedState> PublishedBook::states(const Offers& offers,
                                                        const std::map<QString, QString>& problems) const {
    std::map<QString, PublishedState> states;
    for (const auto& [vlan, offer] : offers.vlans) states.emplace_hint(states.end(), vlan, PublishedState());
    for (const auto& [zone, rows] : m_rows) {
        const auto failure = m_failures.find(zone);
        for (const NameRow& row : rows)
            for (const QString& vlan : row.state.vlans) {
                const auto state = states.find(vlan);
                if (state == states.end()) continue;
                PublishedName name = nameFor(row, offers.vlans.at(vlan));
                name.zone = zone;
                name.server = serverOf(zone);
                if (failure != m_failures.end()) name.reason = failure->second;
                state->second.published = state->second.published || (name.published && hasAddress(name));
                state->second.names.push_back(std::move(name));
            }
    }
    for (auto& [vlan, state] : states) {
        if (state.published) continue;
        const auto problem = problems.find(vlan);
        const VlanOffer& offer = offers.vlans.at(vlan);
        if (offer.wish != Wish::Tell)
            state.reason = offer.reason;
        else if (problem != problems.end())
            state.reason = problem->second;
        else if (!state.names.empty() && !state.names.front().reason.isEmpty())
            state.reason = state.names.front().reason;
        else if (!m_failures.empty())
            state.reason = m_failures.begin()->second;
        else
            state.reason = QStringLiteral("It is not published yet.");
    }
    return states;
}

QStringList PublishedBook::problemsOf(const QString& zone) const {
    QStringList problems;
    const auto rows = m_rows.find(zone);
    if (rows == m_rows.end()) return problems;
    for (const NameRow& row : rows->second)
        if (row.state.standing == NameStanding::Foreign)
            problems.append(row.state.name.shortText() + QStringLiteral(": ") + row.state.reason);
    return problems;
}

}  // namespace fos1::dns

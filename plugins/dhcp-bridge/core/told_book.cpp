// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/told_book.h"

#include <algorithm>
#include <utility>

namespace fos1::dhcp {

namespace {

QStringList texts(const std::vector<net::IpAddress>& addresses) {
    QStringList all;
    for (const net::IpAddress& each : addresses) all.append(each.text());
    return all;
}

QString sentenceOf(const ForeignOption& option) {
    return QStringLiteral("Some clients get %1 (%2), set by an administrator.").arg(option.value, option.where);
}

ToldRow rowOf(const QString& server, const Subnet& subnet, const SubnetPlan& plan) {
    ToldRow row;
    row.vlan = plan.vlan;
    row.told.server = server;
    row.told.subnet = subnet.text;
    row.told.subnetId = subnet.id;
    row.told.reason = plan.reason;
    row.told.owned = plan.ownership != Ownership::Foreign;
    if (!plan.problem.isEmpty()) row.problem = subnet.name() + QStringLiteral(": ") + plan.problem;
    if (plan.ownership == Ownership::Foreign) {
        for (const ForeignOption& each : subnet.foreign)
            if (each.wouldBeReplaced) row.told.addresses.append(each.value);
    } else {
        row.told.addresses = texts(plan.keeps ? subnet.ours : plan.addresses);
        for (const ForeignOption& each : subnet.foreign) {
            if (!row.told.reason.isEmpty()) row.told.reason += u' ';
            row.told.reason += sentenceOf(each);
        }
    }
    row.told.told = !row.told.addresses.isEmpty();
    return row;
}

/// Two subnets of a server may have the same text or, if they are wrong, the same id.
std::pair<QString, qint64> keyOf(const ToldSubnet& subnet) { return {subnet.subnet, subnet.subnetId}; }

}  // namespace

void ToldBook::record(const QString& server, const std::vector<Subnet>& subnets, const std::vector<SubnetPlan>& plans,
                      qint64 now) {
    std::map<std::pair<QString, qint64>, ToldSubnet> before;
    for (ToldRow& row : m_rows[server]) before.insert_or_assign(keyOf(row.told), std::move(row.told));
    std::vector<ToldRow> rows;
    rows.reserve(subnets.size());
    for (std::size_t i = 0; i < subnets.size(); ++i) {
        ToldRow row = rowOf(server, subnets[i], plans[i]);
        const auto known = before.find(keyOf(row.told));
        const bool isKnown = known != before.end();
        const bool isSame = isKnown && known->second.told == row.told.told && known->second.owned == row.told.owned &&
                            known->second.addresses == row.told.addresses;
        row.told.since = isSame ? known->second.since : now;
        // An earlier run may have told it.
        const bool hasTold = (isKnown && known->second.told && known->second.owned) || !subnets[i].ours.empty();
        if (!row.told.told && row.told.owned) {
            row.told.clientsUntil = isSame ? known->second.clientsUntil : hasTold ? now + subnets[i].rebind.count() : 0;
        }
        rows.push_back(std::move(row));
    }
    m_rows[server] = std::move(rows);
    m_failures.erase(server);
}

void ToldBook::recordFailure(const QString& server, const QString& why) {
    m_failures[server] = QStringLiteral("The server %1 could not be checked: %2.").arg(server, why);
    for (ToldRow& row : m_rows[server]) row.told.reason = m_failures[server];
}

std::map<QString, ToldState> ToldBook::states(const Offers& offers) const {
    std::map<QString, ToldState> states;
    for (const auto& [name, offer] : offers.vlans) states.emplace_hint(states.end(), name, ToldState());
    for (const auto& [server, rows] : m_rows)
        for (const ToldRow& row : rows)
            if (const auto found = states.find(row.vlan); found != states.end()) {
                found->second.subnets.push_back(row.told);
                found->second.told = found->second.told || (row.told.told && row.told.owned);
            }
    for (auto& [name, state] : states) {
        if (state.told) continue;
        if (!state.subnets.empty())
            state.reason = state.subnets.front().reason;
        else if (!m_failures.empty())
            state.reason = m_failures.begin()->second;
        else
            state.reason = QStringLiteral("No DHCP server has a subnet for this VLAN.");
    }
    return states;
}

QStringList ToldBook::problemsOf(const QString& server) const {
    QStringList problems;
    const auto rows = m_rows.find(server);
    if (rows == m_rows.end()) return problems;
    for (const ToldRow& row : rows->second)
        if (!row.problem.isEmpty()) problems.append(row.problem);
    return problems;
}

}  // namespace fos1::dhcp

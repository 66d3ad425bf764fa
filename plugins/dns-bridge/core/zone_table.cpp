// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/zone_table.h"

namespace fos1::dns {

namespace {

const NameKnowledge kNothingKnown;

NameState stateOf(const DnsName& name, const NamePlan* plan, const TableFacts& facts) {
    NameState state;
    state.name = name;
    const auto known = facts.known.find(name);
    const NameKnowledge& knowledge = known == facts.known.end() ? kNothingKnown : known->second;
    const auto mark = ownMark(knowledge, facts.owner);
    if (mark)
        for (const Record& each : mark->records)
            if (knowledge.records.contains(each)) state.records.insert(each);
    state.sharedWith = otherOwners(knowledge, facts.owner);
    if (plan) state.vlans = plan->vlans;
    if (const auto verified = facts.verified.find(name); verified != facts.verified.end())
        state.verified = verified->second;
    if (const auto blocked = facts.blocked.find(name); blocked != facts.blocked.end()) {
        state.standing = NameStanding::Foreign;
        state.reason = blocked->second;
        state.wanted = state.records;
        return state;
    }
    const NameStep step = decide({name, plan, facts.plan.keepsRest}, knowledge, {facts.owner, DnsName(), 0});
    if (const auto next = ownMark(step.after, facts.owner)) state.wanted = next->records;
    const bool isAsPlanned = step.kind == StepKind::Nothing || knowledge.records == step.after.records;
    state.standing = !isAsPlanned            ? NameStanding::Pending
                     : state.records.empty() ? NameStanding::Absent
                                             : NameStanding::Published;
    if (plan) state.reason = plan->reason;
    if (!plan && !state.records.empty()) state.reason = QStringLiteral("It is no longer wanted, and will be removed.");
    if (!isAsPlanned && state.reason.isEmpty()) state.reason = QStringLiteral("It is not yet as it should be.");
    return state;
}

}  // namespace

std::vector<NameState> namesOf(const TableFacts& facts) {
    std::vector<NameState> names;
    for (const auto& [name, plan] : facts.plan.names) names.push_back(stateOf(name, &plan, facts));
    for (const auto& [name, knowledge] : facts.known)
        if (!facts.plan.names.contains(name) && ownMark(knowledge, facts.owner))
            names.push_back(stateOf(name, nullptr, facts));
    return names;
}

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/zone_table.h"

#include <algorithm>

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
    if (!mark || knowledge.texts.size() > 1) state.sharedWith = otherOwners(knowledge, facts.owner);
    if (plan) state.vlans = plan->vlans;
    if (const auto verified = facts.verified.find(name); verified != facts.verified.end())
        state.verified = verified->second;
    if (const auto blocked = facts.blocked.find(name); blocked != facts.blocked.end()) {
        state.standing = NameStanding::Foreign;
        state.reason = blocked->second;
        state.wanted = state.records;
        return state;
    }
    // Most names are as planned, and nothing more needs to be determined.
    if (mark && plan && mark->records == plan->wanted && state.records == plan->wanted && knowledge.texts.size() == 1) {
        state.standing = NameStanding::Published;
        state.wanted = state.records;
        state.reason = plan->reason;
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

void sortByName(std::vector<std::shared_ptr<const NameState>>& names) {
    std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return a->name < b->name; });
}

std::optional<NameState> nameState(const DnsName& name, const TableFacts& facts) {
    if (const NamePlan* const plan = facts.plan.find(name)) {
        if (facts.blocked.empty()) return stateOf(name, plan, facts);
        const NamePlan possible = withoutBlockedTargets(*plan, facts.blocked);
        return stateOf(name, &possible, facts);
    }
    const auto known = facts.known.find(name);
    if (known == facts.known.end() || !ownMark(known->second, facts.owner)) return std::nullopt;
    return stateOf(name, nullptr, facts);
}

std::vector<DnsName> unsettledNames(const ZonePlan* settled, const ZonePlan& plan, const Knowledge& known) {
    std::vector<DnsName> names;
    if (!settled || settled->keepsRest != plan.keepsRest) {
        for (const auto& [name, each] : plan.names) names.push_back(name);
        for (const auto& [name, each] : known)
            if (!plan.names.contains(name)) names.push_back(name);
        return names;
    }
    auto old = settled->names.begin();
    const auto passUntil = [&](const DnsName* name) {
        for (; old != settled->names.end() && (!name || old->first < *name); ++old)
            if (known.contains(old->first)) names.push_back(old->first);
    };
    for (const auto& [name, each] : plan.names) {
        passUntil(&name);
        const bool isOld = old != settled->names.end() && old->first == name;
        if (!isOld || !ZonePlan::isSame(old->second, each)) names.push_back(name);
        if (isOld) ++old;
    }
    passUntil(nullptr);
    return names;
}

std::vector<std::shared_ptr<const NameState>> namesOf(const TableFacts& facts) {
    std::vector<std::shared_ptr<const NameState>> names;
    const auto add = [&](const DnsName& name) {
        if (auto state = nameState(name, facts)) names.push_back(std::make_shared<const NameState>(std::move(*state)));
    };
    for (const auto& [name, plan] : facts.plan.names) add(name);
    for (const auto& [name, knowledge] : facts.known)
        if (!facts.plan.names.contains(name)) add(name);
    sortByName(names);
    return names;
}

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/name_decision.h"

#include <algorithm>

namespace fos1::dns {

namespace {

using Kind = UpdateLine::Kind;

class Decision {
   public:
    Decision(const NameWish& wish, const NameKnowledge& known, const Owner& owner)
        : m_wish(wish), m_known(known), m_owner(owner) {}

    NameStep decide();

   private:
    void readMarks();
    [[nodiscard]] std::set<Record> target() const;
    [[nodiscard]] QString whyBlocked() const;
    NameStep claim(const std::set<Record>& target) const;
    NameStep join(const std::set<Record>& target) const;
    NameStep change(const std::set<Record>& target) const;
    struct Changes {
        std::vector<UpdateLine> removals;
        std::vector<UpdateLine> additions;
    };
    void changeRecords(const std::set<Record>& target, Changes& changes, NameKnowledge& after) const;
    void changeMarks(const std::set<Record>& target, Changes& changes, NameKnowledge& after) const;
    void separateRemoval(const std::set<Record>& target, NameStep& step) const;
    /// The prerequisite that the texts are as we know them.
    void requireTexts(std::vector<UpdateLine>& lines) const;
    [[nodiscard]] UpdateLine line(Kind kind, const Record& record = {}) const { return {kind, m_wish.name, record}; }
    [[nodiscard]] bool isApex() const { return m_wish.name == m_owner.zone; }

    const NameWish& m_wish;
    const NameKnowledge& m_known;
    const Owner& m_owner;
    std::set<Record> m_ownTexts;
    std::optional<Mark> m_mark;
    std::set<Record> m_claimedByOthers;
    bool m_hasOthers = false;
};

void Decision::readMarks() {
    for (const Record& text : m_known.texts) {
        const auto mark = markFrom(text);
        if (!mark) continue;
        if (mark->owner != m_owner.id) {
            m_hasOthers = true;
            m_claimedByOthers.insert(mark->records.begin(), mark->records.end());
            continue;
        }
        m_ownTexts.insert(text);
        if (!m_mark)
            m_mark = mark;
        else
            m_mark->records.insert(mark->records.begin(), mark->records.end());
    }
}

std::set<Record> Decision::target() const {
    std::set<Record> target;
    if (m_wish.plan) {
        target = m_wish.plan->wanted;
        if (m_mark)
            std::set_intersection(m_mark->records.begin(), m_mark->records.end(), m_wish.plan->keepable.begin(),
                                  m_wish.plan->keepable.end(), std::inserter(target, target.end()));
    }
    if (m_wish.keepsRest && m_mark) target.insert(m_mark->records.begin(), m_mark->records.end());
    return target;
}

QString Decision::whyBlocked() const {
    if (!m_known.delegatedTo.isEmpty())
        return QStringLiteral("The server has it in the zone %1: name that zone in host.yaml.")
            .arg(m_known.delegatedTo);
    if (m_known.isAlias) return QStringLiteral("It is an alias (CNAME) of another name, which is left alone.");
    if (m_known.isInUse && !m_hasOthers && !m_mark)
        return QStringLiteral("Somebody else owns this name: it has records without a mark of fos1-host.");
    return {};
}

NameStep Decision::decide() {
    readMarks();
    const std::set<Record> wanted = target();
    NameStep step;
    step.after = m_known;
    if (!m_mark && wanted.empty()) return step;
    if (const QString why = whyBlocked(); !why.isEmpty()) {
        step.kind = StepKind::Blocked;
        step.why = why;
        return step;
    }
    if (m_mark) return change(wanted);
    return m_hasOthers ? join(wanted) : claim(wanted);
}

void Decision::requireTexts(std::vector<UpdateLine>& lines) const {
    if (m_known.texts.empty()) lines.push_back(line(Kind::RrsetDoesNotExist, {RecordType::Txt, {}}));
    for (const Record& text : m_known.texts) lines.push_back(line(Kind::RrsetHasRecord, text));
}

NameStep Decision::claim(const std::set<Record>& target) const {
    NameStep step;
    step.kind = StepKind::Claim;
    if (isApex()) {
        // The apex is always in use.
        requireTexts(step.lines);
        for (const RecordType type : {RecordType::A, RecordType::Aaaa, RecordType::Srv, RecordType::Ptr})
            step.lines.push_back(line(Kind::RrsetDoesNotExist, {type, {}}));
        step.after.texts = m_known.texts;
    } else {
        step.lines.push_back(line(Kind::NameNotInUse));
    }
    for (const Record& each : target) step.lines.push_back(line(Kind::Add, each));
    const Record mark = markRecord({m_owner.id, target});
    step.lines.push_back(line(Kind::Add, mark));
    step.after.isRead = true;
    step.after.texts.insert(mark);
    step.after.records = target;
    step.after.ttl = m_owner.ttl;
    return step;
}

NameStep Decision::join(const std::set<Record>& target) const {
    NameStep step;
    step.kind = StepKind::Claim;
    step.after = m_known;
    requireTexts(step.lines);
    for (const Record& each : target) {
        if (!m_known.records.contains(each)) step.lines.push_back(line(Kind::Add, each));
        step.after.records.insert(each);
    }
    const Record mark = markRecord({m_owner.id, target});
    step.lines.push_back(line(Kind::Add, mark));
    step.after.texts.insert(mark);
    return step;
}

NameStep Decision::change(const std::set<Record>& target) const {
    NameStep step;
    step.after = m_known;
    Changes changes;
    changeRecords(target, changes, step.after);
    const bool isOnlyRemoval = changes.additions.empty();
    changeMarks(target, changes, step.after);
    if (changes.removals.empty() && changes.additions.empty()) {
        step.after = m_known;
        return step;
    }
    step.kind = target.empty() ? StepKind::Remove : StepKind::Change;
    requireTexts(step.lines);
    step.lines.insert(step.lines.end(), changes.removals.begin(), changes.removals.end());
    step.lines.insert(step.lines.end(), changes.additions.begin(), changes.additions.end());
    if (isOnlyRemoval) {
        step.removal = step.lines;
        step.afterRemoval = step.after;
    } else {
        separateRemoval(target, step);
    }
    return step;
}

void Decision::changeRecords(const std::set<Record>& target, Changes& changes, NameKnowledge& after) const {
    for (const Record& each : m_mark->records) {
        if (target.contains(each) || m_claimedByOthers.contains(each) || !m_known.records.contains(each)) continue;
        changes.removals.push_back(line(Kind::DeleteRecord, each));
        after.records.erase(each);
    }
    // Other routers may have another TTL, and a record set has one.
    const bool hasWrongTtl = !m_hasOthers && m_known.ttl && *m_known.ttl != m_owner.ttl;
    for (const Record& each : target) {
        if (m_known.records.contains(each) && !hasWrongTtl) continue;
        changes.additions.push_back(line(Kind::Add, each));
        after.records.insert(each);
    }
    if (hasWrongTtl) after.ttl = m_owner.ttl;
}

void Decision::changeMarks(const std::set<Record>& target, Changes& changes, NameKnowledge& after) const {
    std::set<Record> marks;
    if (!target.empty()) marks.insert(markRecord({m_owner.id, target}));
    if (marks == m_ownTexts) return;
    for (const Record& each : m_ownTexts) {
        if (!marks.contains(each)) changes.removals.push_back(line(Kind::DeleteRecord, each));
        after.texts.erase(each);
    }
    for (const Record& each : marks) {
        if (!m_ownTexts.contains(each)) changes.additions.push_back(line(Kind::Add, each));
        after.texts.insert(each);
    }
}

/// What of the step only removes: the step for the records that are wanted and there.
void Decision::separateRemoval(const std::set<Record>& target, NameStep& step) const {
    std::set<Record> remaining;
    std::set_intersection(m_mark->records.begin(), m_mark->records.end(), target.begin(), target.end(),
                          std::inserter(remaining, remaining.end()));
    if (remaining == m_mark->records) return;
    NamePlan less;
    less.wanted = remaining;
    NameKnowledge known = m_known;
    known.ttl.reset();
    // Records that are missing are not added here.
    known.records.insert(remaining.begin(), remaining.end());
    const NameWish wish{m_wish.name, &less, false};
    NameStep part = Decision(wish, known, m_owner).decide();
    step.removal = std::move(part.lines);
    step.afterRemoval = part.after;
    for (const Record& each : remaining)
        if (!m_known.records.contains(each)) step.afterRemoval.records.erase(each);
}

}  // namespace

NameStep decide(const NameWish& wish, const NameKnowledge& known, const Owner& owner) {
    return Decision(wish, known, owner).decide();
}

NamePlan withoutBlockedTargets(const NamePlan& plan, const std::map<DnsName, QString>& blocked) {
    NamePlan rest = plan;
    for (auto* records : {&rest.wanted, &rest.keepable})
        std::erase_if(*records, [&](const Record& each) {
            const auto target = serviceTargetOf(each);
            return target && blocked.contains(*target);
        });
    if (rest.wanted != plan.wanted && rest.reason.isEmpty())
        rest.reason = QStringLiteral("Somebody else owns the name that it points at.");
    return rest;
}

bool pointsAtUnread(const NamePlan& service, const ZonePlan& plan, const std::map<DnsName, NameKnowledge>& known) {
    return std::any_of(service.wanted.begin(), service.wanted.end(), [&](const Record& each) {
        const auto target = serviceTargetOf(each);
        if (!target || !plan.find(*target)) return false;
        const auto found = known.find(*target);
        return found == known.end() || !found->second.isRead;
    });
}

std::optional<Mark> ownMark(const NameKnowledge& known, const QByteArray& owner) {
    std::optional<Mark> own;
    for (const Record& text : known.texts) {
        const auto mark = markFrom(text);
        if (!mark || mark->owner != owner) continue;
        if (own)
            own->records.insert(mark->records.begin(), mark->records.end());
        else
            own = mark;
    }
    return own;
}

std::set<QString> otherOwners(const NameKnowledge& known, const QByteArray& owner) {
    std::set<QString> others;
    for (const Record& text : known.texts)
        if (const auto mark = markFrom(text); mark && mark->owner != owner)
            others.insert(QString::fromLatin1(mark->owner));
    return others;
}

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/update_backend.h"

#include <QDateTime>

#include "wire/tsig.h"

namespace fos1::dns {

namespace {

/// Others who change the same names between our reading and writing are followed so often, and so long.
constexpr int kMostConflicts = 3;
constexpr qint64 kMostMilliseconds = 60'000;
/// Until a server that takes no updates is asked again.
constexpr qint64 kRefusalMilliseconds = 3'600'000;
constexpr std::size_t kMostUnderWay = 2;

}  // namespace

UpdateBackend::UpdateBackend(const UpdateZone& zone)
    : m_config(zone),
      m_memory(zone.memoryFile),
      m_locator(zone.server, zone.zone.domain, zone.resolvers),
      m_reader(m_client, zone.zone),
      m_sender(m_client, zone.zone.domain, zone.ttl) {
    if (const auto read = m_memory.load()) m_isMemoryRead = true;
}

void UpdateBackend::apply(std::shared_ptr<const ZonePlan> plan, Done done) {
    Q_ASSERT(!m_done);
    m_plan = std::move(plan);
    m_done = std::move(done);
    m_since.start();
    m_isWritten = m_isVerifying = m_hasRead = m_isSecondLook = false;
    m_updates = 0;
    m_clockAhead = 0;
    m_onlyRemovals.reset();
    m_conflicts.clear();
    if (m_plan == m_refusedPlan && m_sinceRefusal.elapsed() < kRefusalMilliseconds) {
        end(tl::unexpected(m_refusal));
        return;
    }
    m_refusedPlan.reset();
    if (!m_isMemoryRead) {
        if (const auto read = m_memory.load(); !read) {
            fail({QStringLiteral("StateNotReadable"), read.error()});
            return;
        }
        m_isMemoryRead = true;
    }
    if (m_endpoint) {
        begin();
        return;
    }
    m_locator.locate([this](const ZoneResult<Endpoint>& endpoint) {
        if (!endpoint) {
            fail(endpoint.error());
            return;
        }
        m_endpoint = *endpoint;
        m_client.setServer(endpoint->address, endpoint->port);
        m_reader.setServer(endpoint->text);
        m_sender.setServer(endpoint->text);
        begin();
    });
}

void UpdateBackend::begin() {
    // The prerequisites notice when what is known is no longer true.
    if (m_settled && *m_settled != *m_plan) return startDeciding();
    m_reader.readSerial([this](const ZoneResult<quint32>& serial) {
        if (serial)
            serialRead(*serial);
        else
            fail(serial.error());
    });
}

void UpdateBackend::serialRead(quint32 serial) {
    const bool isSamePlan = m_settled && *m_settled == *m_plan;
    const bool isSameZone = m_verifiedSerial == serial;
    m_serial = serial;
    std::set<DnsName> toRead;
    for (const DnsName& each : m_memory.names())
        if (!m_known[each].isRead) toRead.insert(each);
    if (toRead.empty() && isSamePlan && (isSameZone || !m_readPace.mayRead())) return finish();
    if (!isSameZone) {
        for (const auto& [name, known] : m_known) toRead.insert(name);
        m_isVerifying = true;
    }
    m_readPace.begin();
    m_reader.readNames({toRead.begin(), toRead.end()}, [this](const ZoneResult<Knowledge>& found) {
        m_readPace.end();
        if (!found) {
            fail(found.error());
            return;
        }
        merge(*found);
        startDeciding();
    });
}

void UpdateBackend::merge(const Knowledge& found) {
    m_hasRead = true;
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    for (const auto& [name, read] : found) {
        NameKnowledge& known = m_known[name];
        // A name that could not be claimed is tried again when something else is there.
        const bool isInUse = known.isInUse && known.texts == read.texts && known.records == read.records;
        known = read;
        known.isInUse = isInUse;
        m_verified[name] = now;
    }
}

void UpdateBackend::startDeciding() {
    m_undecided = unsettledNames(m_hasRead ? nullptr : m_settled.get(), *m_plan, m_known);
    m_deciding.startNow();
}

NameStep UpdateBackend::decideFor(const DnsName& name) {
    m_states.mark(name);
    m_decided.insert(name);
    const auto known = m_known.find(name);
    NamePlan possible;
    const NamePlan* wanted = m_plan->find(name);
    if (wanted && !m_blocked.empty()) wanted = &(possible = withoutBlockedTargets(*wanted, m_blocked));
    // A name that is claimed in the same call may turn out to be somebody else's.
    if (wanted && !m_isSecondLook && pointsAtUnread(*wanted, *m_plan, m_known)) {
        m_areOthersBlocked = true;
        return {};
    }
    NameStep step =
        decide({name, wanted, m_plan->keepsRest}, known == m_known.end() ? NameKnowledge() : known->second, owner());
    m_areOthersBlocked |=
        step.kind == StepKind::Blocked ? m_blocked.insert_or_assign(name, step.why).second : m_blocked.erase(name) > 0;
    return step;
}

bool UpdateBackend::decideOne() {
    if (!m_undecided.empty()) {
        const DnsName name = m_undecided.back();
        m_undecided.pop_back();
        NameStep step = decideFor(name);
        if (!step.lines.empty()) m_steps.emplace(name, std::move(step));
        if (!m_undecided.empty()) return true;
    }
    decided();
    return false;
}

void UpdateBackend::decided() {
    if (m_steps.empty()) {
        if (m_isVerifying) m_verifiedSerial = m_serial;
        finish();
        return;
    }
    const auto key = readKeyFile(m_config.key);
    if (!key) {
        fail({QStringLiteral("KeyFile"), key.error()});
        return;
    }
    m_sender.setKey(*key);
    Group removed;
    Group others;
    std::set<DnsName> claimed;
    for (const auto& [name, step] : m_steps) {
        (step.kind == StepKind::Remove ? removed : others).push_back(name);
        if (step.kind == StepKind::Claim) claimed.insert(name);
    }
    removed.insert(removed.end(), others.begin(), others.end());
    m_queue.pushBack(std::move(removed));
    m_memory.add(claimed, [this](const Result<void>& noted) {
        if (noted)
            m_sending.startNow();
        else
            fail({QStringLiteral("StateNotWritable"), noted.error()});
    });
}

/// The next update is made while the server is busy with one.
bool UpdateBackend::sendOne() {
    if (m_underWay.size() < kMostUnderWay && m_conflicting.empty()) {
        Group tooBig;
        auto [group, lines] = m_queue.takeNext(m_steps, m_onlyRemovals ? StepPart::OnlyRemoval : StepPart::Whole,
                                               m_config.zone.domain, signatureBytes(m_sender.key()), tooBig);
        for (const DnsName& name : tooBig)
            m_blocked[name] = QStringLiteral("It has more records than a message can carry.");
        if (!group.empty()) {
            const int id = ++m_lastSent;
            m_underWay.emplace(id, UnderWay{std::move(group), m_clockAhead});
            m_sender.send(lines, m_clockAhead,
                          [this, id](const ZoneResult<UpdateResult>& result) { sent(id, result); });
            return true;
        }
    }
    if (!m_underWay.empty()) {
        // Meanwhile, what is shown of the others can be prepared.
        if (m_carriedOut.empty()) return false;
        m_states.refresh(m_carriedOut.back(), facts());
        m_carriedOut.pop_back();
        return true;
    }
    if (!m_conflicting.empty())
        conflicted(std::exchange(m_conflicting, {}));
    else if (m_onlyRemovals)
        fail(*m_onlyRemovals);
    else
        finish();
    return false;
}

void UpdateBackend::sent(int id, const ZoneResult<UpdateResult>& result) {
    UnderWay update = m_underWay.extract(id).mapped();
    if (!result) {
        refused(std::move(update), result.error());
        return;
    }
    if (*result == UpdateResult::Done)
        carriedOut(update.group);
    else
        m_conflicting.push_back(std::move(update.group));
    m_sending.startNow();
}

void UpdateBackend::carriedOut(const Group& group) {
    for (const DnsName& name : group) {
        NameStep& step = m_steps[name];
        m_known[name] = m_onlyRemovals ? step.afterRemoval : step.after;
        // What remains of a step whose removal alone was possible.
        if (m_onlyRemovals && step.lines == step.removal) step.lines.clear();
    }
    m_carriedOut.insert(m_carriedOut.end(), group.begin(), group.end());
    m_isWritten = true;
    ++m_updates;
    // Only removals were due: then nothing is wrong any more.
    if (m_onlyRemovals && m_queue.isEmpty() &&
        std::all_of(m_steps.begin(), m_steps.end(), [](const auto& each) { return each.second.lines.empty(); }))
        m_onlyRemovals.reset();
}

void UpdateBackend::refused(UnderWay update, const Trouble& problem) {
    const auto ahead = m_sender.serverAhead();
    if (ahead && (!m_onlyRemovals || update.clockAhead != m_clockAhead)) {
        // A removal is due exactly when our clock is wrong: it is signed with the server's time. Nothing is added so.
        if (!m_onlyRemovals) m_clockAhead = *ahead;
        m_onlyRemovals = problem;
        m_queue.pushFront(std::move(update.group));
        m_sending.startNow();
        return;
    }
    // It may have been carried out all the same, and what else is under way too.
    if (problem.error.code == ErrorCode::Timeout || problem.error.code == ErrorCode::Io ||
        problem.error.code == ErrorCode::Protocol)
        m_underWay.emplace(0, std::move(update));
    for (const auto& [id, each] : m_underWay)
        for (const DnsName& name : each.group) m_known[name].isRead = false;
    fail(problem);
}

void UpdateBackend::conflicted(const std::vector<Group>& groups) {
    if (m_since.elapsed() > kMostMilliseconds) {
        fail({QStringLiteral("ChangedByOthers"),
              {ErrorCode::Conflict, QStringLiteral("others keep changing the same names"), m_config.zone.name}});
        return;
    }
    m_verifiedSerial.reset();
    Group names;
    for (const Group& each : groups) names.insert(names.end(), each.begin(), each.end());
    m_reader.readNames(names, [this, groups](const ZoneResult<Knowledge>& found) {
        if (!found) {
            fail(found.error());
            return;
        }
        merge(*found);
        for (const Group& each : groups) decideAgain(each);
        m_sending.startNow();
    });
}

/// Those of which it is now known what is wrong go on by themselves; of the others, it is found in halves.
void UpdateBackend::decideAgain(const Group& group) {
    Group changed;
    Group same;
    for (const DnsName& name : group) {
        NameStep& step = m_steps[name];
        NameStep next = decideFor(name);
        const bool isSame = next.lines == step.lines;
        if (isSame && group.size() == 1) {
            m_known[name].isInUse = true;
            next = decideFor(name);
        }
        if (next.lines.empty()) {
            // An update whose answer was lost, and that was sent once more, has done it.
            m_isWritten |= next.kind == StepKind::Nothing;
            m_steps.erase(name);
            continue;
        }
        const bool isStuck = group.size() == 1 && isSame;
        if (isStuck || (!isSame && ++m_conflicts[name] > kMostConflicts)) {
            m_blocked[name] = QStringLiteral("Others keep changing it.");
            m_steps.erase(name);
            continue;
        }
        step = std::move(next);
        (isSame ? same : changed).push_back(name);
    }
    Group unseen;
    for (const DnsName& name : same) {
        const NameKnowledge& known = m_known[name];
        if (known.records.empty() && known.texts.empty())
            unseen.push_back(name);
        else
            m_queue.pushFront({name});
    }
    if (unseen.size() == group.size())
        m_queue.pushHalves(std::move(unseen));
    else
        m_queue.pushFront(std::move(unseen));
    m_queue.pushFront(std::move(changed));
}

/// Names at which nothing of ours is left, and which are not wanted. Only a name that was decided can be one.
void UpdateBackend::forgetNames() {
    std::set<DnsName> notOurs;
    for (const DnsName& name : std::exchange(m_decided, {})) {
        const auto known = m_known.find(name);
        if (known == m_known.end() || !known->second.isRead || ownMark(known->second, m_config.owner)) continue;
        notOurs.insert(name);
        if (m_plan->find(name)) continue;
        m_known.erase(known);
        m_verified.erase(name);
        m_states.mark(name);
    }
    m_memory.remove(notOurs);
    std::erase_if(m_blocked, [this](const auto& each) { return !m_plan->find(each.first); });
}

void UpdateBackend::finish() {
    if (std::exchange(m_areOthersBlocked, false)) {
        m_isSecondLook = true;
        m_steps.clear();
        for (const auto& [name, plan] : m_plan->names)
            if (!plan->wanted.empty() && plan->wanted.begin()->type == RecordType::Srv) m_undecided.push_back(name);
        m_deciding.start();
        return;
    }
    forgetNames();
    m_settled = m_plan;
    end(Applied{{}, m_isWritten, {}, m_updates, std::chrono::nanoseconds(m_since.nsecsElapsed())});
}

void UpdateBackend::fail(const Trouble& problem) {
    // The server may have moved, or another one may be the primary now.
    m_endpoint.reset();
    m_settled.reset();
    if (m_isWritten) m_verifiedSerial.reset();
    if (problem.reason == u"NoUpdates") {
        m_refusedPlan = m_plan;
        m_refusal = problem;
        m_sinceRefusal.start();
    }
    for (const auto& [name, plan] : m_plan->names) m_states.mark(name);
    end(tl::unexpected(problem));
}

void UpdateBackend::end(const ZoneResult<Applied>& outcome) {
    m_client.cancel();
    m_sending.stop();
    m_steps.clear();
    m_queue.clear();
    m_underWay.clear();
    m_conflicting.clear();
    m_carriedOut.clear();
    m_outcome = outcome;
    m_showing.startNow();
}

bool UpdateBackend::showOne() {
    if (m_states.refreshOne(facts())) return true;
    ZoneTable like;
    like.domain = m_config.zone.domain;
    like.ttl = m_config.ttl;
    like.serial = m_serial;
    if (m_endpoint) like.server = m_endpoint->text;
    const auto table = m_states.table(like);
    m_plan.reset();
    ZoneResult<Applied> outcome = *std::exchange(m_outcome, std::nullopt);
    if (outcome) outcome->table = table;
    const Done done = std::exchange(m_done, nullptr);
    done(outcome);
    return false;
}

}  // namespace fos1::dns

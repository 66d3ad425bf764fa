// SPDX-License-Identifier: GPL-2.0-or-later
#include "unbound/unbound_backend.h"

#include <QDateTime>

namespace fos1::dns {

void UnboundBackend::apply(std::shared_ptr<const ZonePlan> plan, Done done) {
    Q_ASSERT(!m_done);
    m_plan = std::move(plan);
    m_done = std::move(done);
    m_since.start();
    m_channel.ask("list_local_data", {}, [this](const Result<QByteArray>& answer) {
        if (answer)
            listed(*answer);
        else
            fail(answer.error());
    });
}

void UnboundBackend::listed(const QByteArray& answer) {
    if (answer.startsWith("error")) {
        fail(parseDone(answer).error());
        return;
    }
    if (m_settled == m_plan && answer == m_answer) {
        finish(false);
        return;
    }
    m_answer.clear();
    m_known = parseLocalData(answer, m_config.zone.domain);
    m_blocked.clear();
    std::set<DnsName> names;
    for (const auto& [name, plan] : m_plan->names) names.insert(name);
    for (const auto& [name, known] : m_known) names.insert(name);
    std::map<DnsName, NameStep> steps;
    for (const DnsName& name : names) {
        const auto known = m_known.find(name);
        NameStep step =
            decide({name, m_plan->find(name), m_plan->keepsRest},
                   known == m_known.end() ? NameKnowledge() : known->second, {m_config.owner, DnsName(), m_config.ttl});
        if (step.kind == StepKind::Blocked)
            m_blocked[name] = step.why;
        else if (!step.lines.empty())
            steps.emplace(name, std::move(step));
    }
    if (steps.empty()) {
        m_answer = answer;
        finish(false);
        return;
    }
    change(steps);
}

void UnboundBackend::change(const std::map<DnsName, NameStep>& steps) {
    const LocalChange change = localChange(steps, m_known, m_config.ttl);
    const auto done = [this, steps] {
        for (const auto& [name, step] : steps) m_known[name] = step.after;
        finish(true);
    };
    const auto add = [this, lines = change.additions, done] {
        if (lines.isEmpty())
            done();
        else
            command("local_datas", lines, done);
    };
    if (change.removals.isEmpty())
        add();
    else
        command("local_datas_remove", change.removals, add);
}

void UnboundBackend::command(const QByteArray& name, const QByteArray& lines, std::function<void()> then) {
    m_channel.ask(name, lines, [this, then = std::move(then)](const Result<QByteArray>& answer) {
        const Result<void> result = answer ? parseDone(*answer) : tl::unexpected(answer.error());
        if (result)
            then();
        else
            fail(result.error());
    });
}

void UnboundBackend::finish(bool isWritten) {
    if (isWritten || m_settled != m_plan || !m_table) showTable();
    m_settled = std::exchange(m_plan, nullptr);
    Applied applied;
    applied.table = m_table;
    applied.isWritten = isWritten;
    applied.updates = isWritten ? 1 : 0;
    applied.took = std::chrono::nanoseconds(m_since.nsecsElapsed());
    const Done done = std::exchange(m_done, nullptr);
    done(applied);
}

void UnboundBackend::fail(const Error& error) {
    const char* reason = error.code == ErrorCode::Timeout    ? "NoAnswer"
                         : error.code == ErrorCode::Refused  ? "Refused"
                         : error.code == ErrorCode::Protocol ? "NotUnderstood"
                                                             : "Unreachable";
    m_answer.clear();
    m_settled.reset();
    m_plan.reset();
    const Done done = std::exchange(m_done, nullptr);
    done(tl::unexpected(Trouble{QString::fromLatin1(reason), error}));
}

void UnboundBackend::showTable() {
    auto table = std::make_shared<ZoneTable>();
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    std::map<DnsName, qint64> verified;
    for (const auto& [name, known] : m_known) verified.emplace_hint(verified.end(), name, now);
    table->names = namesOf({*m_plan, m_known, m_blocked, verified, m_config.owner});
    table->domain = m_config.zone.domain;
    table->ttl = m_config.ttl;
    table->server = m_config.access.text();
    m_table = std::move(table);
}

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/checked_backend.h"

#include <QDateTime>
#include <algorithm>

#include "core/answer_words.h"
#include "update/zone_reader.h"

namespace fos1::dns {

namespace {

constexpr std::size_t kMostQuestionsUnderWay = 16;
/// A poll asks so many names that have not changed, so that each is asked in the end.
constexpr std::size_t kMostRepeated = 50;
constexpr std::chrono::milliseconds kBetweenRounds{200};

}  // namespace

CheckedBackend::CheckedBackend(std::unique_ptr<DnsBackend> inner, const ServerCheck& check)
    : m_inner(std::move(inner)), m_check(check), m_locator(check.server, check.zone.domain, {}) {
    m_again.setSingleShot(true);
    connect(&m_again, &QTimer::timeout, this, &CheckedBackend::askAll);
}

void CheckedBackend::apply(std::shared_ptr<const ZonePlan> plan, Done done) {
    m_done = std::move(done);
    m_inner->apply(std::move(plan), [this](const ZoneResult<Applied>& outcome) {
        if (outcome)
            begin(*outcome);
        else
            fail(outcome.error());
    });
}

void CheckedBackend::begin(const Applied& applied) {
    m_applied = applied;
    m_since.start();
    chooseNames();
    if (m_due.empty()) {
        end(m_applied);
        return;
    }
    m_locator.locate([this](const ZoneResult<Endpoint>& endpoint) {
        if (!endpoint) {
            fail(endpoint.error());
            return;
        }
        m_endpoint = *endpoint;
        m_client.setServer(endpoint->address, endpoint->port);
        askAll();
    });
}

/// Those of which something else is expected than was seen, and some others.
void CheckedBackend::chooseNames() {
    for (auto& [name, each] : m_names) each.inner = nullptr;
    for (const auto& state : m_applied.table->names) m_names[state->name].inner = state;
    m_due.clear();
    for (const auto& [name, each] : m_names)
        if (each.verified == 0 || !each.inner || each.inner->records != each.served) m_due.insert(name);
    auto at = m_names.upper_bound(m_lastRepeated);
    for (std::size_t i = 0; i < std::min(kMostRepeated, m_names.size()); ++i, ++at) {
        if (at == m_names.end()) at = m_names.begin();
        m_lastRepeated = at->first;
        m_due.insert(at->first);
    }
}

void CheckedBackend::askAll() {
    m_questions.clear();
    m_unanswered = 0;
    for (const DnsName& name : m_due) {
        Name& each = m_names[name];
        each.found.clear();
        each.asked = 0;
        for (const RecordType type : typesAt(name, m_check.zone)) {
            m_questions.push_back({name, type});
            ++each.asked;
            ++m_unanswered;
        }
    }
    askMore();
}

void CheckedBackend::askMore() {
    while (!m_questions.empty() && m_client.underWay() < kMostQuestionsUnderWay) {
        const Question question = m_questions.front();
        m_questions.pop_front();
        m_client.ask(queryMessage(m_client.freeId(), question, Recursion::Desired), Transport::Udp,
                     [this, question](const Result<Reply>& reply) { take(question, reply); });
    }
}

void CheckedBackend::take(const Question& question, const Result<Reply>& reply) {
    if (!reply) {
        fail(unansweredTrouble(reply.error()));
        return;
    }
    const auto code = static_cast<Rcode>(reply->answer.rcode);
    if (code != Rcode::NoError && code != Rcode::NxDomain) {
        fail(queryTrouble(reply->answer, m_check.zone.domain, m_endpoint->text));
        return;
    }
    Name& name = m_names[question.name];
    for (const AnswerRecord& each : reply->answer.answers)
        if (each.name == question.name && each.record.type == question.type) name.found.insert(each.record);
    --name.asked;
    if (--m_unanswered == 0)
        roundEnded();
    else
        askMore();
}

/// It may have more records at the name, which are somebody else's, but none that we have withdrawn.
bool CheckedBackend::isServed(const Name& name) const {
    const std::set<Record> none;
    const std::set<Record>& wanted = name.inner ? name.inner->records : none;
    const auto isFound = [&](const Record& each) { return name.found.contains(each); };
    return std::all_of(wanted.begin(), wanted.end(), isFound) &&
           std::none_of(name.served.begin(), name.served.end(),
                        [&](const Record& each) { return !wanted.contains(each) && isFound(each); });
}

void CheckedBackend::roundEnded() {
    const qint64 now = QDateTime::currentSecsSinceEpoch();
    std::erase_if(m_due, [&](const DnsName& name) {
        Name& each = m_names[name];
        const bool isRight = isServed(each);
        each.verified = now;
        each.shown = nullptr;
        if (isRight && !each.inner) {
            m_names.erase(name);
            return true;
        }
        if (isRight) each.served = each.inner->records;
        return isRight;
    });
    if (m_due.empty()) {
        end(m_applied);
        return;
    }
    if (m_since.elapsed() < m_check.patience.count()) {
        m_again.start(kBetweenRounds);
        return;
    }
    QStringList names;
    for (const DnsName& name : m_due) {
        constexpr qsizetype kMostNamed = 3;
        if (names.size() < kMostNamed) names.append(name.shortText());
        // What it has been seen with since is known.
        Name& each = m_names[name];
        std::set<Record> ours = each.served;
        if (each.inner) ours.insert(each.inner->records.begin(), each.inner->records.end());
        std::erase_if(ours, [&](const Record& record) { return !each.found.contains(record); });
        each.served = std::move(ours);
    }
    QString message = QStringLiteral("the server %1 does not answer what it should for %2")
                          .arg(m_endpoint->text, names.join(QStringLiteral(", ")));
    if (const auto rest = static_cast<qsizetype>(m_due.size()) - names.size(); rest > 0)
        message += QStringLiteral(" and %1 others").arg(rest);
    if (!m_applied.warning.isEmpty()) message += QStringLiteral("; ") + m_applied.warning;
    fail({QStringLiteral("NotServed"), {ErrorCode::Conflict, message, m_applied.table->server}});
}

void CheckedBackend::show() {
    if (!m_applied.table) return;
    auto table = std::make_shared<ZoneTable>(*m_applied.table);
    if (m_endpoint) table->server = m_endpoint->text;
    table->names.clear();
    for (auto& [name, each] : m_names) {
        const bool isDue = m_due.contains(name);
        if (!each.inner && each.served.empty()) continue;
        if (!each.shown) {
            NameState state;
            state.name = name;
            if (each.inner) state = *each.inner;
            state.verified = each.verified;
            if (isDue) {
                state.standing = NameStanding::Pending;
                state.records = each.served;
                state.reason = each.verified == 0 ? QStringLiteral("The server has not been asked yet.")
                                                  : QStringLiteral("The server does not answer so.");
            }
            each.shown = std::make_shared<const NameState>(std::move(state));
        }
        table->names.push_back(each.shown);
    }
    m_table = std::move(table);
}

void CheckedBackend::fail(const Trouble& problem) { end(tl::unexpected(problem)); }

void CheckedBackend::end(const ZoneResult<Applied>& outcome) {
    m_client.cancel();
    m_again.stop();
    m_questions.clear();
    for (auto& [name, each] : m_names)
        if (each.shown && each.inner &&
            (m_due.contains(name) || each.shown->records != each.inner->records ||
             each.shown->vlans != each.inner->vlans || each.shown->reason != each.inner->reason))
            each.shown = nullptr;
    show();
    ZoneResult<Applied> result = outcome;
    if (result) result->table = m_table;
    const Done done = std::exchange(m_done, nullptr);
    done(result);
}

}  // namespace fos1::dns

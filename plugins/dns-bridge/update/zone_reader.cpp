// SPDX-License-Identifier: GPL-2.0-or-later
#include "update/zone_reader.h"

#include "core/answer_words.h"
#include "core/reverse_names.h"

namespace fos1::dns {

namespace {

constexpr std::size_t kMostUnderWay = 64;
/// More questions go over one TCP connection.
constexpr std::size_t kMostQuestionsOverUdp = 12;

}  // namespace

std::vector<RecordType> typesAt(const DnsName& name, const ZoneSpec& zone) {
    if (isReverse(zone)) return {RecordType::Ptr};
    // The first label of a service name begins with "_".
    if (name.wire().size() > 1 && name.wire()[1] == '_') return {RecordType::Srv};
    return {RecordType::A, RecordType::Aaaa};
}

void ZoneReader::readSerial(std::function<void(const ZoneResult<quint32>&)> done) {
    const QByteArray query = queryMessage(m_client.freeId(), {m_zone.domain, RecordType::Soa}, Recursion::NotDesired);
    m_client.ask(query, Transport::Udp, [this, done = std::move(done)](const Result<Reply>& reply) {
        if (!reply) {
            done(tl::unexpected(unansweredTrouble(reply.error())));
            return;
        }
        for (const AnswerRecord& each : reply->answer.answers)
            if (const auto start = zoneStartFrom(each.record);
                start && each.name == m_zone.domain && reply->answer.isAuthoritative) {
                done(start->serial);
                return;
            }
        done(tl::unexpected(queryTrouble(reply->answer, m_zone.domain, m_server)));
    });
}

void ZoneReader::readNames(const std::vector<DnsName>& names, std::function<void(const ZoneResult<Knowledge>&)> done) {
    m_done = std::move(done);
    ++m_call;
    m_questions.clear();
    m_next = m_answered = 0;
    m_found.clear();
    for (const DnsName& name : names) {
        m_found[name].isRead = true;
        for (const RecordType type : typesAt(name, m_zone)) m_questions.push_back({name, type});
        m_questions.push_back({name, RecordType::Txt});
    }
    if (m_questions.empty())
        end(Knowledge());
    else
        askMore();
}

void ZoneReader::askMore() {
    const Transport transport = m_questions.size() > kMostQuestionsOverUdp ? Transport::Tcp : Transport::Udp;
    while (m_next < m_questions.size() && m_client.underWay() < kMostUnderWay) {
        const Question question = m_questions[m_next++];
        const QByteArray query = queryMessage(m_client.freeId(), question, Recursion::NotDesired);
        m_client.ask(query, transport, [this, question, call = m_call](const Result<Reply>& reply) {
            if (call == m_call && m_done) take(question, reply);
        });
    }
}

void ZoneReader::take(const Question& question, const Result<Reply>& reply) {
    if (!reply) {
        end(tl::unexpected(unansweredTrouble(reply.error())));
        return;
    }
    if (const auto problem = note(question, reply->answer)) {
        end(tl::unexpected(*problem));
        return;
    }
    if (++m_answered == m_questions.size())
        end(std::exchange(m_found, {}));
    else
        askMore();
}

std::optional<Trouble> ZoneReader::note(const Question& question, const Answer& answer) {
    const auto code = static_cast<Rcode>(answer.rcode);
    if (code != Rcode::NoError && code != Rcode::NxDomain) return queryTrouble(answer, m_zone.domain, m_server);
    NameKnowledge& known = m_found[question.name];
    // A zone cut below ours: a referral, or the SOA of the zone that the server has there.
    for (const AnswerRecord& each : answer.authority) {
        const bool isCut = each.record.type == RecordType::Ns || each.record.type == RecordType::Soa;
        if (isCut && each.name != m_zone.domain && each.name.isWithin(m_zone.domain) &&
            question.name.isWithin(each.name))
            known.delegatedTo = each.name.shortText();
    }
    if (!known.delegatedTo.isEmpty()) return std::nullopt;
    if (!answer.isAuthoritative) return queryTrouble(answer, m_zone.domain, m_server);
    for (const AnswerRecord& each : answer.answers) {
        if (each.name != question.name) continue;
        if (each.record.type == RecordType::Cname) known.isAlias = true;
        if (each.record.type != question.type) continue;
        if (question.type == RecordType::Txt) {
            known.texts.insert(each.record);
        } else {
            known.records.insert(each.record);
            known.ttl = known.ttl ? std::min(*known.ttl, each.ttl) : each.ttl;
        }
    }
    return std::nullopt;
}

void ZoneReader::end(const ZoneResult<Knowledge>& outcome) {
    m_questions.clear();
    m_found.clear();
    const auto done = std::exchange(m_done, nullptr);
    done(outcome);
}

}  // namespace fos1::dns

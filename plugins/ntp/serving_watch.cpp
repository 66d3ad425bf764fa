// SPDX-License-Identifier: GPL-2.0-or-later
#include "serving_watch.h"

#include <algorithm>

#include "candm/candm_codec.h"

namespace fos1::ntp {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t kMostAtOnce = 64;
constexpr std::chrono::milliseconds kBetweenRounds{1000};  ///< while nothing is pending
constexpr std::chrono::milliseconds kShowTogether{200};
constexpr std::chrono::seconds kBetweenRestarts{30};
/// Of reference timestamps that went through floating point (tracking) and through 32 bits of fraction (NTP).
constexpr std::chrono::nanoseconds kRounding{1000};

}  // namespace

ServingWatch::ServingWatch(ChronyClient& client, QObject* parent) : QObject(parent), m_client(client) {
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &ServingWatch::beginRound);
    m_show.setSingleShot(true);
    m_show.setInterval(kShowTogether);
    connect(&m_show, &QTimer::timeout, this, &ServingWatch::show);
    connect(&m_questions, &TimeQuestions::answered, this,
            [this](const IpAddress& address, const TimeReference& reference) {
                m_answers.emplace_back(address, reference);
            });
    connect(&m_questions, &TimeQuestions::unanswered, this,
            [this](const IpAddress& address, const QString& why) { m_silent.emplace_back(address, why); });
    connect(&m_port, &PortLook::ended, this, [this] {
        if (!m_judge.hasTargets()) return;
        wantRestart();
        show();
    });
    // chronyd may have updated its reference meanwhile: an answer is ours with the one before, or with the one after.
    connect(&m_questions, &TimeQuestions::finished, this, &ServingWatch::askReference);
}

void ServingWatch::watch(Served served) {
    if (served.port != m_served.port) stop();
    m_served = std::move(served);
    m_judge.setTargets(m_served.addresses);
    if (!m_judge.hasTargets()) return stop();
    show();
    schedule();
}

void ServingWatch::doubt(qint64 pid) {
    m_pid = pid;
    m_port.forget();
    m_judge.doubtAll(steady_clock::now());
    schedule();
}

void ServingWatch::stop() {
    ++m_round;
    m_isInRound = false;
    m_isReferenceAsked = false;
    m_questions.cancel();
    m_next.stop();
    m_show.stop();
    m_judge.setTargets({});
    m_port.forget();
    m_restartWantedAt = {};
    if (std::exchange(m_facts, nullptr)) Q_EMIT changed();
}

void ServingWatch::schedule() {
    const auto due = m_judge.nextDue();
    if (!due || m_isInRound) return;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*due - steady_clock::now());
    // What is long due, new or in doubt, is asked at once, and all else in one round a second.
    const bool isSweep = wait < -kBetweenRounds || m_judge.isPending();
    m_next.start(std::clamp(wait, isSweep ? std::chrono::milliseconds(0) : kBetweenRounds,
                            std::chrono::milliseconds(ServingJudge::kSettled)));
}

void ServingWatch::beginRound() {
    m_isInRound = true;
    ++m_round;
    m_references.clear();
    m_answers.clear();
    m_silent.clear();
    askReference();
}

void ServingWatch::askReference() {
    if (!m_isInRound || std::exchange(m_isReferenceAsked, true)) return;
    m_client.request(candm::trackingRequest(), this, [this, round = m_round](const Result<candm::Reply>& reply) {
        if (round != m_round) return;
        m_isReferenceAsked = false;
        const Result<Tracking> tracking = reply.and_then(&candm::tracking);
        if (!tracking) {  // chronyd is away for a moment, which others look after
            m_isInRound = false;
            m_next.start(kBetweenRounds);
            return;
        }
        m_references.push_back(*tracking);
        if (m_references.size() > 1) return endRound();
        const std::vector<IpAddress> due = m_judge.due(steady_clock::now(), kMostAtOnce);
        if (due.empty()) return endRound();
        m_questions.ask(due, m_served.port);
    });
}

bool ServingWatch::isOurs(const TimeReference& answer) const {
    return std::any_of(m_references.begin(), m_references.end(), [&](const Tracking& own) {
        if (own.stratum == 0 || own.leap == time::LeapState::Unsynchronised) return answer.leap == 3;
        if (own.refId != answer.refId || own.stratum != answer.stratum) return false;
        return m_served.isSmeared ||
               std::chrono::abs(own.referenceTime - std::chrono::nanoseconds(answer.updatedNs)) <= kRounding;
    });
}

void ServingWatch::endRound() {
    m_isInRound = false;
    const auto now = steady_clock::now();
    bool hasNews = false;
    for (const auto& [address, reference] : m_answers) {
        const bool ours = isOurs(reference);
        m_answered += ours ? 1 : 0;
        hasNews |= m_judge.hear(address, ours ? Heard::Ours : Heard::Foreign,
                                ours ? QString() : QStringLiteral("is answered by another program"), now);
    }
    if (!m_silent.empty()) {
        m_port.look(m_served.port, m_pid);
        wantRestart();
    }
    const bool isPortOurs = !m_port.seen() || m_port.seen()->others.empty();
    for (const auto& [address, why] : m_silent) {
        // chronyd's own rate limit leaves requests unanswered too.
        if (m_served.isRateLimited && isPortOurs && m_facts && m_facts->served.contains(address)) continue;
        hasNews |= m_judge.hear(address, Heard::Nothing, why, now);
    }
    if (hasNews) {
        const bool isTrouble = !m_judge.facts().unserved.empty();
        if (isTrouble) m_port.look(m_served.port, m_pid);
        // What happened to one may have happened to all, of which some would only be asked much later.
        if (isTrouble && m_facts && m_facts->unserved.empty()) m_judge.doubtAll(now);
        if (m_judge.isPending())
            m_show.isActive() ? void() : m_show.start();
        else
            show();
    }
    schedule();
}

bool ServingWatch::isWithoutSocket() const {
    const auto& use = m_port.seen();
    if (!use || !use->others.empty()) return false;
    const ServingFacts facts = m_judge.facts();
    return std::any_of(facts.unserved.begin(), facts.unserved.end(), [&use](const auto& each) {
        return each.first.family == AddressFamily::Inet4 ? !use->isOursInet4 : !use->isOursInet6;
    });
}

void ServingWatch::wantRestart() {
    const auto now = steady_clock::now();
    if (!isWithoutSocket() || now - m_restartWantedAt < kBetweenRestarts) return;
    m_restartWantedAt = now;
    Q_EMIT restartWanted();
}

void ServingWatch::show() {
    m_show.stop();
    auto facts = std::make_shared<ServingFacts>(m_judge.facts());
    if (!facts->unserved.empty()) {
        if (m_port.isLooking()) return;  // who has the port belongs to it; the end of the look comes back here
        if (m_port.seen()) facts->holders = m_port.seen()->others;
    }
    if (m_facts && *m_facts == *facts) return;
    m_facts = std::move(facts);
    Q_EMIT changed();
}

}  // namespace fos1::ntp

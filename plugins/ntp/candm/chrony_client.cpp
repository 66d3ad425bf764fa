// SPDX-License-Identifier: GPL-2.0-or-later
#include "candm/chrony_client.h"

#include <QFileInfo>
#include <QRandomGenerator>

namespace fos1::ntp {

namespace {

constexpr qsizetype kLongestReply = 2048;
constexpr int kReadsPerTurn = 64;  // the rest is read on the next turn of the loop

}  // namespace

ChronyClient::ChronyClient(QString serverPath, ClientLimits limits, QObject* parent)
    : QObject(parent), m_serverPath(std::move(serverPath)), m_limits(limits) {
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &ChronyClient::onTimeout);
}

ChronyClient::~ChronyClient() {
    close();
    for (Answer& answer : m_answers)
        if (answer.context)
            QMetaObject::invokeMethod(
                answer.context.data(), [answer] { answer.completion(answer.result); }, Qt::QueuedConnection);
}

void ChronyClient::request(const candm::Request& request, QObject* context, Completion completion) {
    Pending pending{request, context, std::move(completion), 0, {}};
    if (m_queue.size() >= m_limits.queued) {
        answer(std::move(pending),
               failure(ErrorCode::Refused, QStringLiteral("too many requests are waiting for chronyd")));
        return;
    }
    m_queue.push_back(std::move(pending));
    pump();
}

void ChronyClient::close() {
    m_timer.stop();
    m_notifier.reset();
    m_socket.reset();
    const auto closed = [] { return failure(ErrorCode::Io, QStringLiteral("the connection to chronyd was closed")); };
    for (auto& [sequence, pending] : std::exchange(m_inFlight, {})) answer(std::move(pending), closed());
    for (Pending& pending : std::exchange(m_queue, {})) answer(std::move(pending), closed());
}

bool ChronyClient::ensureOpen() {
    if (m_socket) return true;
    Result<UnixDatagramSocket> socket = UnixDatagramSocket::bind(QFileInfo(m_serverPath).path());
    if (!socket) {
        m_openError = socket.error().text();
        return false;
    }
    m_socket.emplace(std::move(*socket));
    m_notifier = std::make_unique<QSocketNotifier>(m_socket->descriptor(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ChronyClient::onReadable);
    return true;
}

void ChronyClient::pump() {
    while (!m_queue.empty() && m_inFlight.size() < m_limits.inFlight) {
        Pending pending = std::move(m_queue.front());
        m_queue.pop_front();
        if (!ensureOpen()) {
            answer(std::move(pending), failure(ErrorCode::Io, m_openError));
            continue;
        }
        const quint32 sequence = freshSequence();
        m_inFlight.emplace(sequence, std::move(pending));
        trySend(sequence);
    }
    armTimer();
}

void ChronyClient::trySend(quint32 sequence) {
    Pending& pending = m_inFlight.at(sequence);
    const QByteArray datagram = candm::encode(pending.request, sequence, static_cast<quint16>(pending.tries));
    pending.deadline = std::chrono::steady_clock::now() + m_limits.firstTimeout * (1 << pending.tries);
    ++pending.tries;
    // A full socket buffer counts as a lost datagram: the next attempt follows after the timeout.
    if (m_socket->send(datagram, m_serverPath) == SendOutcome::Unreachable)
        finish(sequence, failure(ErrorCode::Io, QStringLiteral("chronyd cannot be reached"), m_serverPath));
}

void ChronyClient::onReadable() {
    for (int i = 0; i < kReadsPerTurn && m_socket; ++i) {
        const auto datagram = m_socket->receive(kLongestReply);
        if (!datagram) break;
        const auto sequence = candm::peekSequence(datagram->bytes);
        const auto pending = sequence ? m_inFlight.find(*sequence) : m_inFlight.end();
        if (pending == m_inFlight.end() || datagram->from != m_serverPath) {
            ++m_ignoredDatagrams;
            continue;
        }
        Result<candm::Reply> reply = candm::decode(datagram->bytes, pending->second.request.command, *sequence);
        if (!reply && reply.error().code == ErrorCode::Protocol) {
            ++m_ignoredDatagrams;  // a valid one may still arrive
            continue;
        }
        finish(*sequence, std::move(reply));
    }
    pump();
}

void ChronyClient::onTimeout() {
    // After a pause of the whole process, the answers may have arrived already.
    onReadable();
    const auto now = std::chrono::steady_clock::now();
    std::vector<quint32> due;
    for (const auto& [sequence, pending] : m_inFlight)
        if (pending.deadline <= now) due.push_back(sequence);
    for (const quint32 sequence : due) {
        if (m_inFlight.at(sequence).tries < m_limits.tries)
            trySend(sequence);
        else
            finish(sequence, failure(ErrorCode::Timeout, QStringLiteral("chronyd does not answer")));
    }
    pump();
}

/// The timer may fire early, after its request was answered: restarting it with every answer would cost more.
void ChronyClient::armTimer() {
    if (m_inFlight.empty()) {
        m_timer.stop();
        return;
    }
    const auto next = std::min_element(m_inFlight.begin(), m_inFlight.end(), [](const auto& a, const auto& b) {
                          return a.second.deadline < b.second.deadline;
                      })->second.deadline;
    if (m_timer.isActive() && m_timerDue <= next) return;
    m_timerDue = next;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    m_timer.start(std::max(wait, std::chrono::milliseconds(0)));
}

void ChronyClient::finish(quint32 sequence, Result<candm::Reply> result) {
    auto node = m_inFlight.extract(sequence);
    answer(std::move(node.mapped()), std::move(result));
}

void ChronyClient::answer(Pending pending, Result<candm::Reply> result) {
    if (!pending.context || !pending.completion) return;
    // One queued call delivers all answers of a turn: each call costs a write to wake the loop, which is already
    // running.
    if (m_answers.empty()) QMetaObject::invokeMethod(this, &ChronyClient::deliver, Qt::QueuedConnection);
    m_answers.push_back({std::move(pending.context), std::move(pending.completion), std::move(result)});
}

void ChronyClient::deliver() {
    // A completion may send another request or delete this client.
    for (const Answer& answer : std::exchange(m_answers, {}))
        if (answer.context) answer.completion(answer.result);
}

quint32 ChronyClient::freshSequence() const {
    quint32 sequence = 0;
    do {
        sequence = QRandomGenerator::global()->generate();
    } while (m_inFlight.contains(sequence));
    return sequence;
}

}  // namespace fos1::ntp

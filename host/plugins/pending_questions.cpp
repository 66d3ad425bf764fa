// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/pending_questions.h"

#include <utility>
#include <vector>

namespace fos1::host {

PendingQuestions::PendingQuestions(std::chrono::milliseconds deadline, QObject* parent)
    : QObject(parent), m_deadline(deadline) {
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &PendingQuestions::expire);
}

quint64 PendingQuestions::expect(const QString& pluginId, Done done) {
    m_pending.emplace(++m_last, Pending{pluginId, std::move(done), QDeadlineTimer(m_deadline)});
    if (!m_timer.isActive()) m_timer.start(m_deadline);
    return m_last;
}

void PendingQuestions::answer(quint64 question, const QString& pluginId, const Result<QCborMap>& answer) {
    const auto it = m_pending.find(question);
    if (it != m_pending.end() && it->second.pluginId == pluginId) finish(question, answer);
}

void PendingQuestions::failAll(const QString& pluginId, const QString& why) {
    std::vector<quint64> questions;
    for (const auto& [question, pending] : m_pending)
        if (pending.pluginId == pluginId) questions.push_back(question);
    for (const quint64 question : questions) finish(question, failure(ErrorCode::Io, why));
}

void PendingQuestions::finish(quint64 question, const Result<QCborMap>& answer) {
    auto finished = m_pending.extract(question);
    if (!finished.empty()) finished.mapped().done(answer);
}

void PendingQuestions::expire() {
    while (!m_pending.empty() && m_pending.begin()->second.due.hasExpired())
        finish(m_pending.begin()->first,
               failure(ErrorCode::Timeout, QStringLiteral("no answer within %1 ms").arg(m_deadline.count())));
    if (!m_pending.empty()) m_timer.start(std::chrono::milliseconds(m_pending.begin()->second.due.remainingTime() + 1));
}

}  // namespace fos1::host

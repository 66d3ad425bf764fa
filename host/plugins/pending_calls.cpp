// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/pending_calls.h"

#include <vector>

namespace fos1::host {

void PendingCalls::expect(Ticket ticket, const QString& pluginId, std::chrono::milliseconds deadline, Done done) {
    auto timer = std::make_unique<QTimer>();
    timer->setSingleShot(true);
    connect(timer.get(), &QTimer::timeout, this, [this, ticket, deadline] {
        finish(ticket, Outcome::Failed, QStringLiteral("no answer within %1 ms").arg(deadline.count()));
    });
    timer->start(deadline);
    m_pending.emplace(ticket, Pending{pluginId, std::move(done), std::move(timer)});
}

bool PendingCalls::complete(Ticket ticket, const QString& pluginId, Outcome outcome, const QString& message) {
    const auto it = m_pending.find(ticket);
    if (it == m_pending.end() || it->second.pluginId != pluginId) return false;
    QTimer::singleShot(0, this, [this, ticket, outcome, message] { finish(ticket, outcome, message); });
    return true;
}

void PendingCalls::failAll(const QString& pluginId, const QString& message) {
    std::vector<Ticket> tickets;
    for (const auto& [ticket, pending] : m_pending)
        if (pending.pluginId == pluginId) tickets.push_back(ticket);
    for (const Ticket ticket : tickets) finish(ticket, Outcome::Failed, message);
}

void PendingCalls::finish(Ticket ticket, Outcome outcome, const QString& message) {
    const auto it = m_pending.find(ticket);
    if (it == m_pending.end()) return;
    Pending pending = std::move(it->second);
    m_pending.erase(it);
    // This call may come from a signal of the timer itself, so it cannot be deleted here.
    pending.deadline->stop();
    pending.deadline.release()->deleteLater();
    pending.done(outcome, message);
}

}  // namespace fos1::host

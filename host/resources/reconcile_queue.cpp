// SPDX-License-Identifier: GPL-2.0-or-later
#include "resources/reconcile_queue.h"

#include <QRandomGenerator>
#include <algorithm>

namespace fos1::host {

using std::chrono::milliseconds;

milliseconds backoffDelay(int failures, double random) {
    constexpr milliseconds kFirst{200};
    constexpr milliseconds kCap{60'000};
    const int doublings = std::clamp(failures - 1, 0, 16);
    const milliseconds nominal = std::min(kCap, milliseconds(kFirst.count() << doublings));
    return milliseconds(static_cast<qint64>(static_cast<double>(nominal.count()) * (0.8 + 0.4 * random)));
}

ReconcileQueue::ReconcileQueue(Run run, QObject* parent) : QObject(parent), m_run(std::move(run)) {}

ReconcileQueue::Entry& ReconcileQueue::entry(const QString& plugin) {
    std::unique_ptr<Entry>& slot = m_entries[plugin];
    if (!slot) {
        slot = std::make_unique<Entry>();
        slot->timer.setSingleShot(true);
        connect(&slot->timer, &QTimer::timeout, this, [this, plugin] { start(plugin); });
    }
    return *slot;
}

void ReconcileQueue::open() {
    if (m_isOpen) return;
    m_isOpen = true;
    for (const auto& [plugin, slot] : m_entries)
        if (slot->isWanted) slot->timer.start(0);
    Q_EMIT opened();
}

void ReconcileQueue::request(const QString& plugin) {
    Entry& wanted = entry(plugin);
    wanted.isWanted = true;
    if (m_isOpen && !wanted.running) wanted.timer.start(0);
}

bool ReconcileQueue::isSettled(const QString& plugin) const {
    const auto it = m_entries.find(plugin);
    return it == m_entries.end() || (!it->second->isWanted && !it->second->running && it->second->failures == 0);
}

void ReconcileQueue::drop(const QString& plugin) {
    auto dropped = m_entries.extract(plugin);
    if (dropped.empty()) return;
    dropped.mapped()->timer.stop();
    // This call may come from a signal of the entry's timer, so the entry lives until the next turn.
    QTimer::singleShot(0, this, [entry = std::shared_ptr<Entry>(std::move(dropped.mapped()))] {});
}

void ReconcileQueue::start(const QString& plugin) {
    Entry& due = entry(plugin);
    if (due.running) return;
    due.isWanted = false;
    due.running = nextTicket();
    m_run(plugin, due.running);
}

bool ReconcileQueue::complete(Ticket ticket, Outcome outcome, milliseconds retryAfter) {
    const auto it = std::find_if(m_entries.begin(), m_entries.end(),
                                 [&](const auto& item) { return ticket != 0 && item.second->running == ticket; });
    if (it == m_entries.end()) return false;
    Entry& done = *it->second;
    done.running = 0;
    done.failures = outcome == Outcome::Retry ? done.failures + 1 : 0;
    if (done.isWanted) {
        done.timer.start(0);
    } else if (outcome == Outcome::Retry) {
        done.timer.start(retryAfter.count() > 0
                             ? retryAfter
                             : backoffDelay(done.failures, QRandomGenerator::global()->generateDouble()));
    }
    return true;
}

}  // namespace fos1::host

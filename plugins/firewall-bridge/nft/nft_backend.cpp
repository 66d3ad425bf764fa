// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/nft_backend.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <algorithm>
#include <iterator>

#include "fos1/logging.h"
#include "nft/nft_session.h"

namespace fos1::firewall {

namespace {

FOS1_LOG(lcBackend, "firewall-bridge.backend")

/// For a job that is in the kernel.
constexpr std::chrono::seconds kWaitAtEnd{2};

struct Change {
    std::shared_ptr<const FirewallPlan> plan;
    std::shared_ptr<const FirewallPlan> before;  ///< null: write the whole table
    Counters counters;                           ///< to continue from if the table is gone
    std::shared_ptr<const netlink::Socket> notifications;
};

struct Outcome {
    tl::expected<void, Error> done;
    Applied applied;
    Counters counters;  ///< of a table that was replaced
    std::optional<quint32> generation;
    bool wasWatched = true;  ///< no change by another program can have been missed
    QString notEnded;        ///< why redirections of our own time sources continue; empty: they do not
};

/// The kernel would send a notification for each of thousands of elements, which takes half as long as writing them. So
/// we do not listen during the change. The generation number shows whether another change happened meanwhile.
void runUnheard(NftSession& session, const QByteArray& text, const netlink::Socket* notifications, Outcome& outcome) {
    // In this order, a change by others is either heard or counted.
    const auto before = session.generation();
    if (notifications) notifications->leave(TableMonitor::kGroup);
    outcome.done = session.run(text);
    if (!notifications) return;
    if (const auto joined = notifications->join(TableMonitor::kGroup); !joined) outcome.done = joined;
    // Our change is one step. It overwrites earlier changes by others; later ones are notified.
    const auto after = session.generation();
    outcome.wasWatched = before && after && *after - *before == (outcome.done ? 1 : 0);
}

/// Writes the whole table.
void replace(NftSession& session, const Change& change, Outcome& outcome) {
    auto counted = session.counters();
    outcome.counters = counted ? std::move(*counted) : change.counters;
    outcome.applied.isReplaced = true;
    runUnheard(session, tableText(*change.plan), change.notifications.get(), outcome);
}

/// The time sources of ours whose requests may have been redirected before this change.
std::set<net::IpAddress> newSources(const Change& change) {
    if (!change.before) return change.plan->ownSources;
    std::set<net::IpAddress> fresh;
    std::set_difference(change.plan->ownSources.begin(), change.plan->ownSources.end(),
                        change.before->ownSources.begin(), change.before->ownSources.end(),
                        std::inserter(fresh, fresh.end()));
    return fresh;
}

/// Runs on the worker's thread.
Outcome carryOut(NftSession& session, const Change& change) {
    Outcome outcome;
    QElapsedTimer timer;
    timer.start();
    QByteArray text;
    if (change.before)
        text = changeText(*change.before, *change.plan, session.admitted(leavingQuick(*change.before, *change.plan)));
    if (!text.isEmpty()) outcome.done = session.run(text);
    // Another program removed what the change builds on: write the whole table.
    if (text.isEmpty() || !outcome.done) replace(session, change, outcome);
    outcome.applied.took = std::chrono::nanoseconds(timer.nsecsElapsed());
    if (const auto generation = session.generation()) outcome.generation = *generation;
    if (outcome.done)
        if (const auto ended = session.endRedirections(newSources(change)); !ended)
            outcome.notEnded = ended.error().text();
    return outcome;
}

}  // namespace

NftBackend::NftBackend()
    : m_name("fos1-fw-" + QByteArray::number(QRandomGenerator::global()->generate() & 0xffffff, 16)),
      m_session(std::make_shared<std::unique_ptr<NftSession>>()),
      m_worker(m_name, kWaitAtEnd),
      m_monitor(m_name) {
    connect(&m_monitor, &TableMonitor::changedByOthers, this, &NftBackend::changedByOthers);
    connect(&m_monitor, &TableMonitor::lost, this, &NftBackend::askGeneration);
    m_patience.setSingleShot(true);
    m_patience.setInterval(kPatience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_isHanging = true;
        Q_EMIT hangs(true);
    });
}

void NftBackend::post(Job job) {
    ++m_waiting;
    if (!m_patience.isActive() && !m_isHanging) m_patience.start();
    m_worker.post([this, session = m_session, job = std::move(job)]() -> Worker::Answer {
        if (!*session) *session = std::make_unique<NftSession>();
        // Only the answer uses `this`. It runs on our thread, while this object and the worker exist.
        return [this, answer = job(**session)] {
            --m_waiting;
            m_patience.stop();
            if (m_waiting > 0) m_patience.start();
            if (std::exchange(m_isHanging, false)) Q_EMIT hangs(false);
            answer();
        };
    });
}

void NftBackend::apply(FirewallPlan plan, std::function<void(const Result<Applied>&)> done) {
    Q_ASSERT(!m_isApplying);
    m_isApplying = true;
    if (m_inKernel && *m_inKernel == plan) {
        m_isApplying = false;
        done(Applied{});
        return;
    }
    const Change change{std::make_shared<const FirewallPlan>(std::move(plan)), std::exchange(m_inKernel, nullptr),
                        m_counters, m_monitor.socket()};
    post([this, change, done = std::move(done)](NftSession& session) -> Worker::Answer {
        return [this, outcome = carryOut(session, change), plan = change.plan, done] {
            m_isApplying = false;
            m_generation = outcome.generation;
            if (outcome.applied.isReplaced) m_counters = outcome.counters;
            if (!outcome.notEnded.isEmpty())
                qCWarning(lcBackend).noquote() << "event=redirections-continue reason=" + outcome.notEnded;
            if (!outcome.done) {
                done(tl::unexpected(outcome.done.error()));
                return;
            }
            m_inKernel = plan;
            if (outcome.applied.isReplaced) complete();
            done(outcome.applied);
            if (!outcome.wasWatched) Q_EMIT mayBeChangedByOthers();
        };
    });
}

/// Runs after the policies are in force and before any other change of the table. If it fails, another program removed
/// the table, perhaps unheard, and the next table is completed again.
void NftBackend::complete() {
    post([this, plan = m_inKernel, counters = m_counters,
          notifications = m_monitor.socket()](NftSession& session) -> Worker::Answer {
        Outcome outcome;
        const QByteArray text = completionText(*plan, counters);
        if (text.isEmpty()) return [] {};
        runUnheard(session, text, notifications.get(), outcome);
        if (const auto generation = session.generation()) outcome.generation = *generation;
        return [this, outcome] {
            m_generation = outcome.generation;
            if (!outcome.wasWatched || !outcome.done) Q_EMIT mayBeChangedByOthers();
        };
    });
}

void NftBackend::readCounters(std::function<void(const Result<Counters>&)> done) {
    post([this, done = std::move(done)](NftSession& session) -> Worker::Answer {
        return [this, counters = session.counters(), done] {
            if (counters) m_counters = *counters;
            done(counters);
        };
    });
}

void NftBackend::remove(std::function<void(const tl::expected<void, Error>&)> done) {
    m_inKernel.reset();
    post([done = std::move(done)](NftSession& session) -> Worker::Answer {
        return [result = session.run(removalText()), done] { done(result); };
    });
}

/// Without notifications, the generation number shows whether any other program changed something.
void NftBackend::askGeneration() {
    post([this](NftSession& session) -> Worker::Answer {
        return [this, generation = session.generation()] {
            if (!generation || m_generation != *generation) Q_EMIT mayBeChangedByOthers();
        };
    });
}

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall.h"

#include <QRandomGenerator>

#include "fos1/logging.h"

namespace fos1::firewall {

namespace {

using namespace std::chrono_literals;

FOS1_LOG(lcFirewall, "firewall-bridge.table")

}  // namespace

Firewall::Firewall(const HostView& host, FirewallOptions options) : m_host(host), m_options(options), m_report(host) {
    for (QTimer* timer : {&m_soon, &m_counting}) timer->setSingleShot(true);
    m_soon.setTimerType(Qt::PreciseTimer);
    connect(&m_soon, &QTimer::timeout, this, &Firewall::apply);
    connect(&m_counting, &QTimer::timeout, this, &Firewall::readCounters);
    connect(&m_backend, &NftBackend::changedByOthers, this, &Firewall::drifted);
    connect(&m_backend, &NftBackend::mayBeChangedByOthers, this, &Firewall::mayHaveDrifted);
    connect(&m_backend, &NftBackend::hangs, this, [this](bool isHanging) {
        if (isHanging)
            m_report.noAnswer(NftBackend::kPatience);
        else if (!m_backend.isApplying())
            topicsChanged();  // only reading counters was delayed, so no completion reports the state
    });
}

void Firewall::start() {
    m_policies.emplace(m_host.bus(), m_options.hold, [this] { topicsChanged(); });
    m_report.nothingToEnforce();
}

void Firewall::stop(Ticket ticket) {
    m_isStopping = true;
    for (QTimer* timer : {&m_soon, &m_counting}) timer->stop();
    m_report.stop();
    m_backend.stopListening();
    if (m_backend.isApplying())
        m_leaving = ticket;
    else
        leave(ticket);
}

/// The table stays with the policies of services that are closed on failure, and is removed when there are none. A
/// table that existed before and for which no policy was ever published stays unchanged.
void Firewall::leave(Ticket ticket) {
    VlanStates closed = m_policies->vlans();
    const std::size_t open = std::erase_if(closed, [](const auto& each) { return each.second.opensOnFailure; });
    const GroupStates groups = m_policies->groups();
    const SourceStates sources = m_policies->sources();
    m_policies.reset();
    const auto done = [this, ticket](const auto& result) {
        if (result)
            m_host.succeed(ticket);
        else
            m_host.fail(ticket, QStringLiteral("The table is unchanged: ") + result.error().text());
    };
    if (closed.empty() && (open > 0 || m_isInForce))
        m_backend.remove(done);
    else if (open > 0)
        m_backend.apply(planFirewall(closed, groups, sources).plan, done);
    else
        m_host.succeed(ticket);
}

void Firewall::topicsChanged() {
    m_isDirty = true;
    schedule();
}

void Firewall::schedule() {
    if (m_backend.isApplying() || m_isStopping) return;
    m_soon.start(m_pace.beforeChange(m_isInForce, m_policies->isRetracting()));
}

void Firewall::apply() {
    if (m_backend.isApplying() || m_isStopping) return;
    m_isDirty = false;
    m_policies->judge();
    PlannedFirewall planned = planFirewall(m_policies->vlans(), m_policies->groups(), m_policies->sources());
    m_report.begin(m_policies->takeChangedVlans(), m_policies->vlans(), std::move(planned.problems));
    m_report.beginOwnSources(planned.plan.ownSources);
    // Listen before writing the table, so that every later change of it is noticed.
    if (const auto heard = m_backend.listen(); !heard) {
        refused(heard.error());
        return;
    }
    m_backend.apply(std::move(planned.plan), [this](const Result<Applied>& result) { applied(result); });
}

void Firewall::applied(const Result<Applied>& result) {
    if (m_isStopping) {
        if (m_leaving) leave(*m_leaving);
        return;
    }
    if (!result) {
        refused(result.error());
        return;
    }
    m_pace.done();
    m_isInForce = true;
    qCDebug(lcFirewall).noquote() << "event=applied replaced=" + QString::number(result->isReplaced)
                                  << "us=" + QString::number(result->took.count() / 1000);
    if (std::exchange(m_isDrifted, false)) m_report.repaired();
    m_report.applied(result->took);
    if (result->isReplaced) m_report.count(m_backend.counters());
    if (!m_counting.isActive()) m_counting.start(m_options.countersEach);
    if (m_isDirty) schedule();
}

void Firewall::refused(const Error& error) {
    const std::chrono::milliseconds pause = m_pace.beforeRetry();
    qCWarning(lcFirewall).noquote() << "event=refused retry_ms=" + QString::number(pause.count())
                                    << "reason=" + error.text();
    m_isInForce = false;
    m_report.refused(error);
    const auto jitter = QRandomGenerator::global()->bounded(static_cast<int>(pause.count() / 4));
    m_soon.start(pause + std::chrono::milliseconds(jitter));
}

/// Before the first policy is published, an existing table is not ours.
bool Firewall::isOursToJudge() const { return !m_isStopping && (m_isInForce || m_backend.isApplying()); }

void Firewall::drifted() {
    if (!isOursToJudge()) return;
    m_isDrifted = true;
    writeAgain();
}

/// Checking the table would cost as much as writing it, and writing leaves no doubt.
void Firewall::mayHaveDrifted() {
    if (!isOursToJudge()) return;
    qCInfo(lcFirewall) << "event=notifications-lost";
    writeAgain();
}

void Firewall::writeAgain() {
    m_backend.forget();
    m_isDirty = true;
    const std::chrono::milliseconds wait = m_pace.beforeRepair(std::chrono::steady_clock::now());
    if (wait == 0ms)
        schedule();
    else if (!m_soon.isActive())
        m_soon.start(wait);
}

void Firewall::readCounters() {
    m_backend.readCounters([this](const Result<Counters>& counters) {
        if (m_isStopping) return;
        if (counters) m_report.count(*counters);
        // The table is gone, whether that was notified or not.
        if (!counters && counters.error().code == ErrorCode::NotFound && !m_backend.isApplying()) mayHaveDrifted();
        m_counting.start(m_options.countersEach);
    });
}

}  // namespace fos1::firewall

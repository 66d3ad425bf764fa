// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall.h"

#include <QRandomGenerator>
#include <algorithm>

#include "fos1/logging.h"

namespace fos1::firewall {

namespace {

using namespace std::chrono_literals;

FOS1_LOG(lcFirewall, "firewall-bridge.table")

/// At the start the topics come one after the other, and what they say of the whole node is one table.
constexpr std::chrono::milliseconds kFirstQuiet{5};
/// A node's VLANs are taken back one by one.
constexpr std::chrono::milliseconds kWithdrawalQuiet{20};
constexpr std::chrono::milliseconds kFirstPause{1000};
constexpr std::chrono::milliseconds kLongestPause{60'000};
/// Somebody who changes the table again and again shall not keep us busy: after so many repairs they come once a
/// second.
constexpr int kRepairsAtOnce = 20;
constexpr std::chrono::milliseconds kCalm{10'000};
constexpr std::chrono::milliseconds kContendedPause{1000};

}  // namespace

Firewall::Firewall(const HostView& host, FirewallOptions options)
    : m_host(host),
      m_options(options),
      m_metrics(host.metrics()),
      m_report(host.bus(), m_metrics),
      m_hold(options.hold) {
    for (QTimer* timer : {&m_soon, &m_counting, &m_holding, &m_calm}) timer->setSingleShot(true);
    m_soon.setTimerType(Qt::PreciseTimer);
    connect(&m_soon, &QTimer::timeout, this, &Firewall::apply);
    connect(&m_counting, &QTimer::timeout, this, &Firewall::readCounters);
    connect(&m_holding, &QTimer::timeout, this, &Firewall::topicsChanged);
    connect(&m_calm, &QTimer::timeout, this, [this] { m_repairsInARow = 0; });
    connect(&m_backend, &NftBackend::changedByOthers, this, &Firewall::drifted);
    connect(&m_backend, &NftBackend::mayBeChangedByOthers, this, &Firewall::mayHaveDrifted);
    connect(&m_backend, &NftBackend::hangs, this, [this](bool isHanging) {
        if (isHanging)
            condition(
                ConditionStatus::True, QStringLiteral("NoAnswer"),
                QStringLiteral("The kernel's netfilter has not answered for %1 s.").arg(NftBackend::kPatience.count()));
        else if (!m_backend.isApplying())
            topicsChanged();  // what was held up was no change, so nobody else says how it stands
    });
}

void Firewall::start() {
    m_vlans.emplace(
        m_host.bus(), [this] { topicsChanged(); }, WithdrawnValues::Held);
    m_groups.emplace(
        m_host.bus(), [this] { topicsChanged(); }, WithdrawnValues::Held);
    condition(ConditionStatus::False, QStringLiteral("NothingToEnforce"),
              QStringLiteral("No VLAN's time service was told yet; the table is left as it is."));
}

void Firewall::stop(Ticket ticket) {
    m_isStopping = true;
    for (QTimer* timer : {&m_soon, &m_counting, &m_holding, &m_calm}) timer->stop();
    m_report.stop();
    m_backend.stopListening();
    if (m_backend.isApplying())
        m_leaving = ticket;
    else
        leave(ticket);
}

/// The table stays with the policies of those services that are closed on failure, and goes when there are none. One
/// that we found, and never had a word for, is left as it is.
void Firewall::leave(Ticket ticket) {
    VlanStates closed = m_vlans->values();
    const std::size_t open = std::erase_if(closed, [](const auto& each) { return each.second.opensOnFailure; });
    const GroupStates groups = m_groups->values();
    m_vlans.reset();
    m_groups.reset();
    const auto done = [this, ticket](const auto& result) {
        if (result)
            m_host.succeed(ticket);
        else
            m_host.fail(ticket, QStringLiteral("The table stays as it was: ") + result.error().text());
    };
    if (closed.empty() && (open > 0 || m_isInForce))
        m_backend.remove(done);
    else if (open > 0)
        m_backend.apply(planFirewall(closed, groups).plan, done);
    else
        m_host.succeed(ticket);
}

void Firewall::topicsChanged() {
    m_isDirty = true;
    schedule();
}

void Firewall::schedule() {
    if (m_backend.isApplying() || m_isStopping) return;
    if (!m_isInForce && m_pause == 0ms && m_repairsInARow == 0) {
        m_soon.start(kFirstQuiet);
        return;
    }
    m_soon.start(m_vlans->count(Standing::Withdrawn) > 0 && !m_hold.isHolding() ? kWithdrawalQuiet : 0ms);
}

/// Whether anybody publishes what holds.
bool Firewall::hasPublisher() const { return m_vlans->count(Standing::Known) + m_vlans->count(Standing::Stale) > 0; }

void Firewall::judgeHold() {
    const auto leaves = [this](const time::ServiceState& orphan) {
        return bridge::mayLeave(hasPublisher(), orphan.opensOnFailure);
    };
    const std::size_t withdrawn = m_vlans->count(Standing::Withdrawn);
    bridge::HoldFacts facts;
    facts.hasOthers = m_vlans->values().size() > withdrawn;
    facts.hasWithdrawn = withdrawn > 0;
    facts.hasLeavingOrphan =
        m_vlans->anyOf(Standing::Orphaned, leaves) || (hasPublisher() && m_groups->count(Standing::Orphaned) > 0);
    const bridge::HoldVerdict verdict = m_hold.judge(facts, std::chrono::steady_clock::now());
    // A group that is retracted is a change, unless its VLANs are held too.
    if (facts.hasOthers || verdict.dropsWithdrawn) m_groups->forget(Standing::Withdrawn);
    if (verdict.dropsLeavingOrphans) {
        if (hasPublisher()) m_groups->forget(Standing::Orphaned);
        m_vlans->forget(Standing::Orphaned, leaves);
    }
    if (verdict.dropsWithdrawn) m_vlans->forget(Standing::Withdrawn);
    if (verdict.lookAgainIn)
        m_holding.start(*verdict.lookAgainIn);
    else
        m_holding.stop();
}

void Firewall::apply() {
    if (m_backend.isApplying() || m_isStopping) return;
    m_isDirty = false;
    judgeHold();
    const VlanStates& vlans = m_vlans->values();
    PlannedFirewall planned = planFirewall(vlans, m_groups->values());
    std::set<QString> changed = m_vlans->takeChanged();
    for (const auto* problems : {&m_problems, &planned.problems})
        for (const auto& [name, problem] : *problems) changed.insert(name);
    for (const QString& name : changed) {
        const auto vlan = vlans.find(name);
        m_applying[name] = vlan == vlans.end() ? std::nullopt : std::optional(vlan->second);
    }
    m_problems = std::move(planned.problems);
    // Before the table: what is done to it from then on is heard.
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
    m_metrics.countApply(result.has_value(), result ? result->took : 0ns);
    if (!result) {
        refused(result.error());
        return;
    }
    m_pause = 0ms;
    m_isInForce = true;
    qCDebug(lcFirewall).noquote() << "event=applied replaced=" + QString::number(result->isReplaced)
                                  << "us=" + QString::number(result->took.count() / 1000);
    if (std::exchange(m_isDrifted, false)) {
        m_metrics.countRepair();
        m_host.warning(
            QStringLiteral("TableRepaired"),
            QStringLiteral("Somebody else had changed table %1; it is as declared again.").arg(QLatin1String(kTable)));
    }
    tellApplied(result->isReplaced);
    if (!m_counting.isActive()) m_counting.start(m_options.countersEach);
    if (m_isDirty) schedule();
}

void Firewall::tellVlans(bool isInForce) {
    m_report.setInForce(isInForce);
    for (const auto& [name, vlan] : std::exchange(m_applying, {})) {
        const auto problem = m_problems.find(name);
        if (vlan)
            m_report.show(name, *vlan, problem == m_problems.end() ? QString() : problem->second);
        else
            m_report.drop(name);
    }
}

void Firewall::tellApplied(bool isReplaced) {
    tellVlans(true);
    if (isReplaced) m_report.count(m_backend.counters());
    if (m_problems.empty()) {
        condition(ConditionStatus::False, QStringLiteral("Enforced"),
                  QStringLiteral("The kernel holds the policies of all VLANs."));
        return;
    }
    const auto& [who, why] = *m_problems.begin();
    condition(ConditionStatus::True, QStringLiteral("PartlyEnforced"),
              QStringLiteral("Of %1 VLANs or groups not all is enforced; %2: %3").arg(m_problems.size()).arg(who, why));
}

void Firewall::refused(const Error& error) {
    m_pause = std::clamp(m_pause * 2, kFirstPause, kLongestPause);
    const bool isRight = error.code == ErrorCode::Refused;
    qCWarning(lcFirewall).noquote() << "event=refused retry_ms=" + QString::number(m_pause.count())
                                    << "reason=" + error.text();
    m_isInForce = false;
    condition(ConditionStatus::True, isRight ? QStringLiteral("NotPermitted") : QStringLiteral("KernelRefuses"),
              QStringLiteral("The policies are not enforced: %1.%2")
                  .arg(error.text(), isRight ? QStringLiteral(" The host needs CAP_NET_ADMIN.") : QString()));
    tellVlans(false);
    const auto jitter = QRandomGenerator::global()->bounded(static_cast<int>(m_pause.count() / 4));
    m_soon.start(m_pause + std::chrono::milliseconds(jitter));
}

/// Before the first word of the topics, whatever is there is not.
bool Firewall::isOursToJudge() const { return !m_isStopping && (m_isInForce || m_backend.isApplying()); }

void Firewall::drifted() {
    if (!isOursToJudge()) return;
    m_isDrifted = true;
    writeAgain();
}

/// To look would cost as much as to write, and write leaves no doubt.
void Firewall::mayHaveDrifted() {
    if (!isOursToJudge()) return;
    qCInfo(lcFirewall) << "event=notifications-lost";
    writeAgain();
}

void Firewall::writeAgain() {
    m_backend.forget();
    m_isDirty = true;
    if (!m_calm.isActive()) m_calm.start(kCalm);
    if (++m_repairsInARow <= kRepairsAtOnce)
        schedule();
    else if (!m_soon.isActive())
        m_soon.start(kContendedPause);
}

void Firewall::condition(ConditionStatus status, const QString& reason, const QString& message) {
    m_host.setCondition({QStringLiteral("Degraded"), status, reason, message, 0});
}

void Firewall::readCounters() {
    m_backend.readCounters([this](const Result<Counters>& counters) {
        if (m_isStopping) return;
        if (counters) m_report.count(*counters);
        m_counting.start(m_options.countersEach);
    });
}

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_watch.h"

namespace fos1::ntp {

namespace {
constexpr std::chrono::seconds kHealInterval{10};  ///< between two tries, should one not help
}  // namespace

ServiceWatch::ServiceWatch(const Parts& parts) : m_parts(parts) {
    connect(&parts.engine, &ChronyEngine::up, this, &ServiceWatch::onUp);
    connect(&parts.engine, &ChronyEngine::died, this, &ServiceWatch::onDied);
    connect(&parts.engine, &ChronyEngine::healed, this, [this] {
        if (m_parts.standing.declared) m_parts.events.healed(m_parts.standing.declared->key);
    });
    connect(&parts.engine, &ChronyEngine::logged, &parts.clock, &ClockWatch::logged);
    connect(&parts.engine, &ChronyEngine::gapMeasured, this, &ServiceWatch::onGapMeasured);
    connect(&parts.engine, &ChronyEngine::stateChanged, this, &ServiceWatch::statusChanged);
    connect(&parts.clock, &ClockWatch::observed, this, &ServiceWatch::onObserved);
    connect(&parts.hardware, &HardwareClocks::changed, this, &ServiceWatch::onClockChanged);
}

void ServiceWatch::onUp(const ChronydStart& start) {
    const ServiceStanding& standing = m_parts.standing;
    if (!standing.declared) return;
    m_parts.events.started(standing.declared->key, start);
    m_parts.metrics.showRestarts(m_parts.engine.state().restarts);
    m_parts.metrics.server().chronydStarted();
    m_parts.clock.start();
    if (standing.inForce) m_parts.clients.check(standing.inForce->declared.spec, standing.inForce->planned, start.pid);
}

void ServiceWatch::onDied(const QString& why) {
    m_parts.metrics.showRestarts(m_parts.engine.state().restarts);
    if (m_parts.standing.declared) m_parts.events.died(m_parts.standing.declared->key, why);
}

void ServiceWatch::onGapMeasured(std::chrono::milliseconds gap) {
    // Who had no time before did not lose any.
    if (!m_parts.standing.declared || !m_parts.clock.hasTime()) return;
    m_parts.metrics.showGap(gap);
    m_parts.events.timeWasAway(m_parts.standing.declared->key, gap);
}

void ServiceWatch::onObserved(const Observation& observation) {
    const ServiceStanding& standing = m_parts.standing;
    if (!standing.declared || !standing.declared->spec.enabled || standing.isStopping) return;
    const ObjectKey& about = standing.declared->key;
    m_parts.hardware.hear(observation);
    const FitnessPolicy policy = fitnessPolicyOf(standing.shown().spec, m_parts.clients.serving().get(),
                                                 standing.inForce ? standing.inForce->planned.own : nullptr);
    const time::SyncState before = m_parts.clock.take(observation, policy, about.name);
    healIfChanged(observation);
    const ClockWatch& clock = m_parts.clock;
    m_parts.metrics.show(clock.sync(), clock.estimator().sources(), clock.estimator().statistics());
    m_parts.metrics.refclocks().show(m_parts.hardware.facts());
    m_parts.metrics.tracking().show(observation);
    m_parts.metrics.server().show(observation, m_parts.clients.vlans().names(),
                                  m_parts.clients.ownRequests(observation.clients.has_value()));
    m_parts.events.happened(about, before, clock.sync());
    Q_EMIT observed();
}

/// During a change chronyd may be ahead of what is known to run.
void ServiceWatch::healIfChanged(const Observation& observation) {
    const ChronyPlan* runs = m_parts.engine.inForce();
    if (!runs || m_parts.engine.isApplying() || !hasOtherSources(observation, runs->online.sourceNames)) return;
    if (observation.at - m_lastHeal <= kHealInterval) return;
    m_lastHeal = observation.at;
    m_parts.engine.heal();
}

void ServiceWatch::onClockChanged(const RefclockFacts& clock) {
    if (!m_parts.standing.declared) return;
    m_parts.events.clockChanged(m_parts.standing.declared->key, clock);
    Q_EMIT statusChanged();
}

}  // namespace fos1::ntp

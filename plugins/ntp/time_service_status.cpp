// SPDX-License-Identifier: GPL-2.0-or-later
// What the time service reports of itself.
#include <QDateTime>

#include "core/service_status.h"
#include "time_service.h"

namespace fos1::ntp {

namespace {
const QString kReconciled = QStringLiteral("Reconciled");
}  // namespace

const TimeService::Declared& TimeService::shown() const { return m_inForce ? m_inForce->declared : *m_declared; }

void TimeService::withStatus(const std::function<void(const StatusInput&)>& use) const {
    static const PlannedService kNothing;
    const bool isOurs = m_inForce && m_inForce->declared.key == m_declared->key;
    const Declared& declared = isOurs ? m_inForce->declared : *m_declared;
    const PlannedService& planned = isOurs ? m_inForce->planned : kNothing;
    const ClockRival rival = m_claim.rival();
    const std::vector<RefclockFacts> clocks = m_hardware.facts();
    use({declared.spec,
         declared.generation,
         planned.chrony.leftOut,
         m_engine.state(),
         m_clock.sync(),
         m_clock.estimator().sources(),
         m_clock.estimator().statistics(),
         m_clients.nts(),
         QDateTime::currentSecsSinceEpoch(),
         m_clients.published().vlans(),
         m_clients.published().revision(),
         planned.access.entriesWithoutVlan,
         rival,
         isKernelSynchronized(),
         m_reconciled,
         m_clients.serving().get(),
         m_planner.clockControl(),
         m_version ? m_version->name : QString(),
         &planned.chrony.online.leasedOn,
         &clocks});
}

void TimeService::onClockChanged(const RefclockFacts& clock) {
    if (!m_declared) return;
    m_events.clockChanged(m_declared->key, clock);
    showStatus();
}

void TimeService::showStatus() {
    if (!m_declared) return;
    withStatus([this](const StatusInput& status) {
        m_status.show(m_declared->key, status, std::chrono::steady_clock::now());
    });
}

void TimeService::setReconciled(ConditionStatus status, const QString& reason, const QString& message,
                                qint64 generation) {
    if (!m_declared) return;
    m_reconciled = Condition{kReconciled, status, reason, message, generation};
    m_status.forget();
    showStatus();
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "service_events.h"

#include <algorithm>

#include "core/happenings.h"
#include "core/plain_text.h"

namespace fos1::ntp {

void ServiceEvents::changedOnline(const ObjectKey& about, const Change& change) const {
    m_host.normal(
        QStringLiteral("ChangedOnline"),
        QStringLiteral("The time daemon (chronyd) applied a change without a restart: %1.").arg(someOf(change.reasons)),
        about);
}

void ServiceEvents::refused(const ObjectKey& about, const QString& why) const {
    m_host.warning(QStringLiteral("ConfigurationRefused"), why, about);
}

void ServiceEvents::missing(const ObjectKey& about, const std::vector<LeftOut>& before,
                            const std::vector<LeftOut>& now) const {
    for (const LeftOut& each : now)
        if (!each.missing.isEmpty() && std::find(before.begin(), before.end(), each) == before.end())
            m_host.warning(each.missing, QStringLiteral("%1 (%2) %3.").arg(each.path, each.name, each.reason), about);
}

void ServiceEvents::started(const ObjectKey& about, const ChronydStart& start) const {
    m_host.normal(QStringLiteral("ChronydStarted"), sentence(start) + QStringLiteral(" Process %1.").arg(start.pid),
                  about);
}

void ServiceEvents::died(const ObjectKey& about, const QString& why) const {
    m_host.warning(QStringLiteral("ChronydDied"), why, about);
}

void ServiceEvents::stopped(const ObjectKey& about, const QString& why) const {
    m_host.normal(QStringLiteral("ChronydStopped"), QStringLiteral("The time daemon was stopped: %1.").arg(why), about);
}

void ServiceEvents::healed(const ObjectKey& about) const {
    m_host.warning(
        QStringLiteral("Healed"),
        QStringLiteral(
            "Sources or access rules of the running chronyd had been changed from outside. They match the spec again."),
        about);
}

void ServiceEvents::timeWasAway(const ObjectKey& about, std::chrono::milliseconds gap) const {
    m_host.normal(QStringLiteral("TimeWasAway"),
                  QStringLiteral("Clients were without synchronized time for %1 while chronyd was restarted.")
                      .arg(plainDuration(gap)),
                  about);
}

void ServiceEvents::clockChanged(const ObjectKey& about, const RefclockFacts& clock) const {
    const QString message = QStringLiteral("%1 (%2): %3").arg(clock.name, clock.device, clock.message);
    const bool isPassing = clock.reason == u"Settling" || clock.reason == u"Starting";
    if (clock.isHealthy || isPassing)
        m_host.normal(QStringLiteral("Clock") + clock.reason, message, about);
    else
        m_host.warning(QStringLiteral("Clock") + clock.reason, message, about);
}

void ServiceEvents::happened(const ObjectKey& about, const time::SyncState& before,
                             const time::SyncState& after) const {
    for (const Happening& happening : happeningsBetween(before, after)) {
        if (happening.severity == Severity::Warning)
            m_host.warning(happening.reason, happening.message, about);
        else
            m_host.normal(happening.reason, happening.message, about);
    }
}

}  // namespace fos1::ntp

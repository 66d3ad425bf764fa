// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/host_health.h"

#include "plugins/plugin_supervisor.h"
#include "resources/reconcile_queue.h"

namespace fos1::host {

QString toText(HostState state) {
    switch (state) {
        case HostState::Starting: return QStringLiteral("starting");
        case HostState::Running: return QStringLiteral("running");
        case HostState::Degraded: return QStringLiteral("degraded");
        case HostState::Stopping: return QStringLiteral("stopping");
        case HostState::Unknown: break;
    }
    return QStringLiteral("unknown");
}

HostState HostHealth::state() const {
    if (m_isStopping) return HostState::Stopping;
    if (!m_isStarted) return HostState::Starting;
    return notReady().isEmpty() ? HostState::Running : HostState::Degraded;
}

QStringList HostHealth::notReady() const {
    QStringList reasons;
    if (m_isStopping) reasons.append(QStringLiteral("the host is stopping"));
    if (!m_isStarted) reasons.append(QStringLiteral("the host is starting"));
    for (const auto& record : m_plugins.plugins())
        if (record->state != PluginState::Running)
            reasons.append(QStringLiteral("plugin %1 is %2%3")
                               .arg(record->id, toText(record->state),
                                    record->reason.isEmpty() ? QString() : QStringLiteral(": ") + record->reason));
    if (!m_queue.isOpen()) reasons.append(QStringLiteral("the desired state has not been read yet"));
    return reasons;
}

}  // namespace fos1::host

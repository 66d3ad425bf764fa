// SPDX-License-Identifier: GPL-2.0-or-later
#include "health/host_health.h"

#include <QCborMap>

#include "fos1/condition.h"
#include "plugins/plugin_supervisor.h"
#include "resources/reconcile_queue.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {

constexpr qsizetype kMostReasons = 20;

QString text(const QCborValue& condition, const char* field) {
    return condition.toMap().value(QLatin1String(field)).toString();
}

}  // namespace

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
    return hostTroubles().isEmpty() ? HostState::Running : HostState::Degraded;
}

QStringList HostHealth::hostTroubles() const {
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

QStringList HostHealth::notReady() const {
    QStringList reasons = hostTroubles();
    if (m_isStopping) return reasons;
    for (const auto& [key, why] : m_reported) {
        if (reasons.size() >= kMostReasons) {
            reasons.append(QStringLiteral("there are more reasons"));
            break;
        }
        reasons += why;
    }
    return reasons;
}

void HostHealth::observe(const ObjectKey& key, const QCborArray& conditions) {
    const auto find = [&](QLatin1String type) {
        for (const QCborValue& each : conditions)
            if (text(each, "type") == type) return each;
        return QCborValue();
    };
    QStringList why;
    if (StatusStore::isPlugin(key)) {
        if (const QCborValue valid = find(QLatin1String("ManifestsValid")); text(valid, "status") == u"False")
            for (const QString& problem : text(valid, "message").split(u'\n', Qt::SkipEmptyParts).mid(0, kMostReasons))
                why.append(QStringLiteral("a manifest is broken: ") + problem);
    } else if (find(QLatin1String("Serving")).isMap()) {
        const QCborValue ready = find(QLatin1String("Ready"));
        // What is switched off on purpose is not missing, nor is what another node does.
        const QString reason = text(ready, "reason");
        if (text(ready, "status") == u"False" && reason != u"Disabled" && reason != QLatin1String(kOtherNode))
            why.append(QStringLiteral("%1 is not ready (%2): %3").arg(key.text(), reason, text(ready, "message")));
    }
    if (why.isEmpty())
        m_reported.erase(key);
    else
        m_reported[key] = why;
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_conditions.h"

#include "fos1/logging.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcConditions, "host.plugins")
}

void PluginConditions::set(const QString& id, const Condition& condition) {
    m_services.status.setCondition(StatusStore::pluginKey(id), condition.toCbor());
}

void PluginConditions::state(const PluginRecord& record) {
    const QString name = toText(record.state);
    const QString message =
        record.reason.isEmpty() ? QStringLiteral("The plugin is %1.").arg(name.toLower()) : record.reason;
    const bool isRunning = record.state == PluginState::Running;
    set(record.id, (isRunning ? good : bad)("Ready", name, message, 0));
    const bool isBad = record.state == PluginState::Refused || record.state == PluginState::Failed ||
                       record.state == PluginState::Restarting || record.state == PluginState::Resting;
    if (!isBad) {
        qCInfo(lcConditions).noquote() << "plugin=" + record.id << "state=" + name << record.reason;
        return;
    }
    qCWarning(lcConditions).noquote() << "plugin=" + record.id << "state=" + name << record.reason;
    m_services.events.warning(QStringLiteral("Plugin") + name, record.id + QStringLiteral(": ") + record.reason);
}

void PluginConditions::permissions(const QString& id, const QStringList& refused) {
    m_refused[id] = refused;
    if (refused.isEmpty())
        return set(id, good("PermissionsGranted", "Granted", "It has every permission that it requests."));
    set(id, bad("PermissionsGranted", "NotGranted",
                QStringLiteral("It runs without permissions that it requests: ") + refused.join(QStringLiteral("; "))));
}

void PluginConditions::kinds(const QString& id, const QStringList& missing, const QString& crdDir) {
    if (missing.isEmpty()) return set(id, good("KindsDefined", "Defined", "A CRD defines each of its kinds."));
    const QString message = QStringLiteral(
                                "No CRD in %1 defines %2, so it gets no object of that kind; put the CRD there "
                                "and restart the host.")
                                .arg(crdDir, missing.join(QStringLiteral(", ")));
    set(id, bad("KindsDefined", "NoCrd", message));
    qCWarning(lcConditions).noquote() << "plugin=" + id << message;
    m_services.events.warning(QStringLiteral("KindNotDefined"), id + QStringLiteral(": ") + message);
}

void PluginConditions::confined(const QString& id, const QStringList& remarks) {
    const bool isFull = remarks.isEmpty();
    set(id,
        good("Confined", "Confined",
             isFull ? QStringLiteral("It runs as its own user.") : QStringLiteral("It %1.").arg(remarks.join(u", "))));
}

void PluginConditions::flooding(const QString& id, quint64 count) {
    if (count == 0) {
        m_services.status.removeCondition(StatusStore::pluginKey(id), QStringLiteral("Flooding"));
        return;
    }
    const QString message =
        QStringLiteral("It published %1 values within one second; only the last value of each key is delivered.")
            .arg(count);
    set(id, bad("Flooding", "TooManyPublishes", message));
    m_services.events.warning(QStringLiteral("Flooding"), id + QStringLiteral(": ") + message);
}

void PluginConditions::remark(const QString& id, const QString& reason, const QString& message) {
    qCWarning(lcConditions).noquote() << "plugin=" + id << reason << message;
    if (reason == QLatin1String("NotConfined"))
        set(id, bad("Confined", "NotConfined", message));
    else if (reason == QLatin1String("NotGranted"))
        permissions(id, QStringList(m_refused[id]) << message);
    else
        m_services.events.warning(reason, id + QStringLiteral(": ") + message);
}

}  // namespace fos1::host

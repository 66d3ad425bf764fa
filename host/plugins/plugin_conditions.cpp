// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_conditions.h"

#include "fos1/logging.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcPlugins, "host.plugins")
}

void PluginConditions::set(const QString& id, const char* type, ConditionStatus status, const char* reason,
                           const QString& message) {
    m_services.status.setCondition(
        StatusStore::pluginKey(id),
        Condition{QString::fromLatin1(type), status, QString::fromLatin1(reason), message, 0}.toCbor());
}

void PluginConditions::state(const PluginRecord& record) {
    const QString name = toText(record.state);
    const QString message =
        record.reason.isEmpty() ? QStringLiteral("The plugin is %1.").arg(name.toLower()) : record.reason;
    const bool isRunning = record.state == PluginState::Running;
    set(record.id, "Ready", isRunning ? ConditionStatus::True : ConditionStatus::False, name.toLatin1().constData(),
        message);
    const bool isBad = record.state == PluginState::Refused || record.state == PluginState::Failed ||
                       record.state == PluginState::Restarting || record.state == PluginState::Resting;
    if (!isBad) {
        qCInfo(lcPlugins).noquote() << "plugin=" + record.id << "state=" + name << record.reason;
        return;
    }
    qCWarning(lcPlugins).noquote() << "plugin=" + record.id << "state=" + name << record.reason;
    m_services.events.warning(QStringLiteral("Plugin") + name, record.id + QStringLiteral(": ") + record.reason);
}

void PluginConditions::permissions(const QString& id, const QStringList& refused) {
    if (refused.isEmpty())
        return set(id, "PermissionsGranted", ConditionStatus::True, "Granted",
                   QStringLiteral("It has every permission that it requests."));
    set(id, "PermissionsGranted", ConditionStatus::False, "NotGranted",
        QStringLiteral("It runs without permissions that it requests: ") + refused.join(QStringLiteral("; ")));
}

void PluginConditions::confined(const QString& id, const QStringList& remarks) {
    const bool isFull = remarks.isEmpty();
    set(id, "Confined", ConditionStatus::True, "Confined",
        isFull ? QStringLiteral("It runs as its own user.") : QStringLiteral("It %1.").arg(remarks.join(u", ")));
}

void PluginConditions::flooding(const QString& id, quint64 count) {
    if (count == 0) {
        m_services.status.removeCondition(StatusStore::pluginKey(id), QStringLiteral("Flooding"));
        return;
    }
    const QString message =
        QStringLiteral("It published %1 values within one second; only the last value of each key is delivered.")
            .arg(count);
    set(id, "Flooding", ConditionStatus::True, "TooManyPublishes", message);
    m_services.events.warning(QStringLiteral("Flooding"), id + QStringLiteral(": ") + message);
}

void PluginConditions::remark(const QString& id, const QString& reason, const QString& message) {
    qCWarning(lcPlugins).noquote() << "plugin=" + id << reason << message;
    if (reason == QLatin1String("NotConfined"))
        set(id, "Confined", ConditionStatus::False, "NotConfined", message);
    else
        m_services.events.warning(reason, id + QStringLiteral(": ") + message);
}

}  // namespace fos1::host

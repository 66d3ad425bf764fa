// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/reconcile_calls.h"

#include "fos1/condition.h"
#include "fos1/logging.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "status/status_store.h"

namespace fos1::host {

using namespace std::chrono_literals;

namespace {

FOS1_LOG(lcReconcile, "host.reconcile")

constexpr std::chrono::seconds kDeadline = 60s;

}  // namespace

ReconcileCalls::ReconcileCalls(const HostServices& services, QObject* parent) : QObject(parent), m_services(services) {
    connect(&services.resources, &ResourceStore::objectsChanged, this, [this](const std::vector<ObjectKey>& keys) {
        for (auto& [plugin, follower] : m_followers)
            for (const ObjectKey& key : keys)
                if (follower.kinds.contains(kindId(key))) follower.changed.insert(key);
    });
}

void ReconcileCalls::begin(const PluginRecord& record, Ticket ticket) {
    auto deadline = std::make_unique<QTimer>();
    deadline->setSingleShot(true);
    connect(deadline.get(), &QTimer::timeout, this, [this, id = record.id] {
        const QString message =
            QStringLiteral("The plugin has not answered for %1 s; the desired state may not be in force.")
                .arg(kDeadline.count());
        qCWarning(lcReconcile).noquote() << "plugin=" + id << message;
        setCondition(id, ConditionStatus::Unknown, QStringLiteral("NoAnswer"), message);
    });
    deadline->start(kDeadline);
    m_underWay[record.id] = {ticket, std::move(deadline)};
    if (record.instance->takesChanges())
        tellChanges(record, ticket);
    else
        record.instance->reconcile(record.instance->shownSnapshot(m_services.resources.snapshot(record.metadata.kinds)),
                                   ticket);
}

/// Passes on the changes object by object, because there may be thousands.
void ReconcileCalls::tellChanges(const PluginRecord& record, Ticket ticket) {
    const auto [follower, isNew] = m_followers.try_emplace(record.id);
    if (isNew) {
        follower->second.kinds = record.metadata.kinds;
        follower->second.changed = m_services.resources.keys(record.metadata.kinds);
    }
    const auto isOver = [&] {
        const auto running = m_underWay.find(record.id);
        return running == m_underWay.end() || running->second.ticket != ticket;
    };
    for (const ObjectKey& key : std::exchange(follower->second.changed, {})) {
        // The plugin may have thrown.
        if (isOver()) return;
        if (const StoredObject* stored = m_services.resources.find(key))
            record.instance->changed(record.instance->shown(stored->object()));
        else
            record.instance->removed(key);
    }
    if (!isOver()) record.instance->reconcileChanges(ticket);
}

bool ReconcileCalls::complete(const PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs,
                              const QString& message) {
    const auto running = m_underWay.find(record.id);
    if (running == m_underWay.end() || running->second.ticket != ticket) return false;
    m_underWay.erase(running);
    if (!m_services.queue.complete(ticket, outcome, std::chrono::milliseconds(retryAfterMs))) return false;

    const bool isOk = outcome == Outcome::Ok;
    const QString reason = isOk                        ? QStringLiteral("InForce")
                           : outcome == Outcome::Retry ? QStringLiteral("Retrying")
                                                       : QStringLiteral("Failed");
    setCondition(record.id, isOk ? ConditionStatus::True : ConditionStatus::False, reason,
                 isOk && message.isEmpty() ? QStringLiteral("The desired state is in force.") : message);
    if (!isOk) qCWarning(lcReconcile).noquote() << "plugin=" + record.id << "outcome=" + reason << message;
    return true;
}

void ReconcileCalls::drop(const QString& pluginId) {
    m_underWay.erase(pluginId);
    m_followers.erase(pluginId);
    m_services.queue.drop(pluginId);
}

void ReconcileCalls::setCondition(const QString& pluginId, ConditionStatus status, const QString& reason,
                                  const QString& message) {
    m_services.status.setCondition(StatusStore::pluginKey(pluginId),
                                   Condition{QStringLiteral("Reconciled"), status, reason, message, 0}.toCbor());
}

}  // namespace fos1::host

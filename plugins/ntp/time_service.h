// SPDX-License-Identifier: GPL-2.0-or-later
// One node's time service: takes the NTPService that serves, has chronyd run for it, and tells the host how it fares.
// Decides nothing about configuration or synchronisation itself.
#pragma once

#include <QObject>
#include <optional>
#include <vector>

#include "chrony/chrony_engine.h"
#include "chrony/chrony_monitor.h"
#include "core/chrony_plan.h"
#include "core/sync_estimator.h"
#include "fos1/plugin.h"
#include "model/ntp_service_spec.h"
#include "ntp_metrics.h"
#include "status_publisher.h"

namespace fos1::ntp {

class TimeService final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the service. Declares the metrics.
    TimeService(const HostView& host, EngineOptions options);

    /// All NTPServices. The first by key serves; the others are told about the conflict.
    void reconcile(std::vector<DesiredObject> objects, Ticket ticket);

    /// Ends chronyd and completes `ticket`.
    void stop(Ticket ticket);

   private:
    /// The object that serves, as far as its spec could be understood.
    struct Serving {
        ObjectKey key;
        qint64 generation = 0;
        NtpServiceSpec spec;
        QStringList unimplemented;
        std::vector<LeftOutSource> leftOut;
    };

    void serve(const DesiredObject& object, Ticket ticket);
    void apply(const ChronyPlan& plan, Ticket ticket);
    void onApplied(const tl::expected<void, Error>& result, const ChronyPlan& plan, Ticket ticket);
    void stopChronyd(const QString& why, Ticket ticket);
    void refuse(const DesiredObject& object, const Errors& errors, Ticket ticket);
    void tellOfConflict(const DesiredObject& object, const ObjectKey& serving);
    void withdraw(const QString& why);

    void onUp(qint64 pid);
    void onDied(const QString& why);
    void onObserved(const Observation& observation);
    void showStatus();
    void setReconciled(ConditionStatus status, const QString& reason, const QString& message);

    const HostView& m_host;
    const PlanOptions m_planOptions;
    ChronyEngine m_engine;
    ChronyMonitor m_monitor;
    SyncEstimator m_estimator;
    NtpMetrics m_metrics;
    StatusPublisher m_status;
    std::optional<Serving> m_serving;
    std::optional<ChronyPlan> m_running;  ///< what chronyd was last seen to run with
    time::SyncState m_sync;
    QString m_startMessage;  ///< of the event for the next time that chronyd is up
};

}  // namespace fos1::ntp

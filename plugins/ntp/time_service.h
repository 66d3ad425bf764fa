// SPDX-License-Identifier: GPL-2.0-or-later
// One node's time service: takes the NTPService that serves, has chronyd run for it, and tells the host how it fares.
// Decides nothing about configuration or synchronisation itself.
#pragma once

#include <QObject>
#include <optional>
#include <vector>

#include "chrony/chrony_engine.h"
#include "chrony/chrony_monitor.h"
#include "chrony/chronyd_version.h"
#include "client_groups.h"
#include "core/chrony_plan.h"
#include "core/node_claim.h"
#include "core/secrets.h"
#include "core/sync_estimator.h"
#include "fos1/plugin.h"
#include "materials_survey.h"
#include "model/ntp_service_spec.h"
#include "node_labels.h"
#include "ntp_metrics.h"
#include "nts_watch.h"
#include "service_publisher.h"
#include "status_publisher.h"
#include "timedate_client.h"
#include "vlan_feed.h"

namespace fos1::ntp {

/// What is done about other time daemons of the system where chronyd sets the clock.
enum class TimedateUse { Unknown = 0, Off, Auto };

class TimeService final : public QObject {
    Q_OBJECT

   public:
    /// `host` outlives the service. Declares the metrics.
    TimeService(const HostView& host, const EngineOptions& options, Labels nodeLabels,
                TimedateUse timedate = TimedateUse::Off);

    /// The whole desired state. The oldest service that claims the node serves; the others are told about it.
    void reconcile(const QCborMap& snapshot, Ticket ticket);
    /// What becomes of it (IChangeReconciler).
    void changed(const QCborMap& object);
    void removed(const ObjectKey& key);
    void reconcileChanges(Ticket ticket);

    /// IPreviewer::preview().
    [[nodiscard]] QCborMap preview(const QCborMap& snapshot) const;

    /// Ends chronyd, unless it can go on without us, and completes `ticket`.
    void stop(Ticket ticket);

   private:
    /// The object that serves, as far as its spec could be understood.
    struct Serving {
        ObjectKey key;
        qint64 generation = 0;
        NtpServiceSpec spec;
        QStringList unimplemented;
        std::vector<LeftOut> leftOut;
        Materials materials;
    };

    void reconcileServices(const std::vector<DesiredObject>& services, Ticket ticket);
    void serve(const DesiredObject& object, Ticket ticket);
    /// Plans what serves from how things are now.
    [[nodiscard]] ChronyPlan planNow();
    /// Things outside of the spec may have changed: a file, an interface, the days that a certificate has left.
    void refresh();
    void apply(const ChronyPlan& plan, Ticket ticket);
    void onApplied(const tl::expected<void, Error>& result, const ChronyPlan& plan, Ticket ticket);
    void stopChronyd(const QString& why, Ticket ticket);
    void refuse(const DesiredObject& object, const Errors& errors, Ticket ticket);
    void tellNotServing(const DesiredObject& object, bool isConflict, const QString& reason, const QString& message);
    void showServices();
    void withdraw(const QString& why);
    void endMeasuring(const QString& why);

    void succeed(Ticket ticket);
    void fail(Ticket ticket, const QString& why);
    void retry(Ticket ticket, const QString& why);

    void onUp(qint64 pid);
    void onDied(const QString& why);
    void onGapMeasured(std::chrono::milliseconds gap);
    void onObserved(const Observation& observation);
    void showStatus();
    void claimClock();
    [[nodiscard]] ClockRival rival() const;
    void setReconciled(ConditionStatus status, const QString& reason, const QString& message);

    const HostView& m_host;
    const PlanOptions m_planOptions;
    const MaterialsSurvey m_surveyor;
    ChronydVersion m_askVersion;
    std::optional<ChronyVersion> m_version;
    NodeLabels m_nodeLabels;
    std::vector<DesiredObject> m_services;  ///< the last desired state
    Secrets m_secrets;
    ClientGroups m_groups;
    VlanFeed m_vlans;
    ServicePublisher m_published;
    AccessPlan m_access;
    std::map<QString, time::ServiceState> m_vlanStates;
    NtsWatch m_nts;
    QTimer m_refresh;
    ChronyEngine m_engine;
    ChronyMonitor m_monitor;
    const TimedateUse m_timedateUse;
    TimedateClient m_timedate;
    SyncEstimator m_estimator;
    NtpMetrics m_metrics;
    StatusPublisher m_status;
    std::optional<Serving> m_serving;
    std::optional<ChronyPlan> m_running;  ///< what chronyd was last seen to run with
    Materials m_runningMaterials;
    int m_applying = 0;              ///< changes of which the outcome is not known yet
    bool m_isRefreshWanted = false;  ///< something happened meanwhile
    time::SyncState m_sync;
    std::chrono::steady_clock::time_point m_lastHeal;
    std::optional<std::pair<bool, Fitness>> m_shownServing;  ///< how the VLANs were told last: running, fitness
    QString m_startMessage;                                  ///< of the event for the next time that chronyd is up
};

}  // namespace fos1::ntp

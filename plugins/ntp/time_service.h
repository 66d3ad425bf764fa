// SPDX-License-Identifier: GPL-2.0-or-later
// One node's time service: takes the NTPService that serves, has chronyd run for it, and publishes how it is.
// Everything that is published describes what chronyd confirmed, not what was asked of it. Decides nothing about
// configuration or synchronisation itself.
#pragma once

#include <QObject>
#include <functional>
#include <optional>
#include <vector>

#include "chrony/chrony_engine.h"
#include "chrony/chrony_user.h"
#include "chrony/chronyd_version.h"
#include "client_groups.h"
#include "client_service.h"
#include "clock_claim.h"
#include "clock_watch.h"
#include "core/chrony_plan.h"
#include "core/node_claim.h"
#include "core/secrets.h"
#include "dhcp/lease_watch.h"
#include "fos1/plugin.h"
#include "hardware_clocks.h"
#include "metrics/ntp_metrics.h"
#include "model/ntp_service_spec.h"
#include "network_watch.h"
#include "node_labels.h"
#include "pages/service_pages.h"
#include "reconcile_tickets.h"
#include "service_choice.h"
#include "service_events.h"
#include "service_planner.h"
#include "status_publisher.h"

namespace fos1::ntp {

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
    [[nodiscard]] QCborMap preview(const QCborMap& snapshot);

    /// What the pages show, during the call.
    void look(const std::function<void(const PageFacts&)>& see) const;
    /// Reads who asked for the time from chronyd and answers with a page: once, at once or from the event loop within
    /// some seconds. `argument` as clientViewFrom() takes it.
    void showClients(const QString& argument, std::function<void(const QCborMap&)> show);

    /// Ends chronyd, unless it can go on without us, and completes `ticket`.
    void stop(Ticket ticket);

   private:
    /// An NTPService whose spec could be understood.
    struct Declared {
        ObjectKey key;
        qint64 generation = 0;
        NtpServiceSpec spec;
    };
    /// With what follows from it on this node.
    struct Service {
        Declared declared;
        PlannedService planned;
    };
    /// Shared, since completions must be copyable and there may be thousands of groups in it.
    using ServicePointer = std::shared_ptr<const Service>;

    void reconcileServices(Ticket ticket);
    void serve(const DesiredObject& object, Ticket ticket);
    /// Plans what is declared from how things are now.
    [[nodiscard]] ServicePointer planNow();
    /// Things outside of the spec may have changed: a file, an interface, the days that a certificate has left.
    void refresh();
    void apply(const ServicePointer& wanted, Ticket ticket);
    void onApplied(const ServicePointer& wanted, const Change& change, Ticket ticket);
    void onNotApplied(const ServicePointer& wanted, const Error& error, Ticket ticket);
    /// From here on `service` is what runs, and what is published.
    void commit(const ServicePointer& service);
    void stopChronyd(const QString& why, Ticket ticket);
    void refuse(const DesiredObject& object, const Errors& errors, Ticket ticket);
    void showServices();
    /// The refresh runs until stop().
    [[nodiscard]] bool isStopped() const { return !m_refresh.isActive(); }
    void withdraw(const QString& why);
    void endMeasuring(const QString& why);

    void onUp(const ChronydStart& start);
    void onDied(const QString& why);
    void onGapMeasured(std::chrono::milliseconds gap);
    void onNetworkImproved();
    void onObserved(const Observation& observation);
    void onClockChanged(const RefclockFacts& clock);
    /// There is a service that is declared. The input is valid during the call.
    void withStatus(const std::function<void(const StatusInput&)>& use) const;
    void showStatus();
    /// What is in force; before anything is, what is declared.
    [[nodiscard]] const Declared& shown() const;
    void setReconciled(ConditionStatus status, const QString& reason, const QString& message, qint64 generation);

    const HostView& m_host;
    ChronyUser m_user;
    const ServicePlanner m_planner;
    const ServiceChoice m_choice;
    ChronydVersion m_askVersion;
    std::optional<ChronyVersion> m_version;
    NodeLabels m_nodeLabels;
    std::vector<DesiredObject> m_services;  ///< the last desired state
    Secrets m_secrets;
    ClientGroups m_groups;
    QTimer m_refresh;
    ChronyEngine m_engine;
    ClientService m_clients;
    ClockWatch m_clock;
    NetworkWatch m_network;
    LeaseWatch m_leases;
    HardwareClocks m_hardware;
    ClockClaim m_claim;
    NtpMetrics m_metrics;
    ReconcileTickets m_tickets;
    StatusPublisher m_status;
    ServiceEvents m_events;
    std::optional<Declared> m_declared;  ///< what is to serve
    ServicePointer m_inForce;            ///< what chronyd confirmed last; null: nothing, or it was told to end
    std::optional<Condition> m_reconciled;
    bool m_isRefreshWanted = false;  ///< something happened during a change
    std::chrono::steady_clock::time_point m_lastHeal;
};

}  // namespace fos1::ntp

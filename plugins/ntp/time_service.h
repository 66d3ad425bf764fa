// SPDX-License-Identifier: GPL-2.0-or-later
// One node's time service: takes the NTPService that serves, has chronyd run for it, and publishes how it is.
// Everything that is published describes what chronyd confirmed, not what was asked of it. Decides nothing about
// configuration or synchronisation itself.
#pragma once

#include <QObject>

#include "chrony/chrony_user.h"
#include "chrony/chronyd_version.h"
#include "chrony/log_keeper.h"
#include "dhcp/lease_watch.h"
#include "network_watch.h"
#include "reconcile_tickets.h"
#include "service_choice.h"
#include "service_report.h"
#include "service_watch.h"

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
    void changed(const QCborMap& object) { m_objects.changed(object); }
    void removed(const ObjectKey& key) { m_objects.removed(key); }
    void reconcileChanges(Ticket ticket);

    /// IPreviewer::preview().
    [[nodiscard]] QCborMap preview(const QCborMap& snapshot);

    /// For the pages.
    [[nodiscard]] ServiceReport& report() { return m_report; }

    /// Ends chronyd, unless it can go on without us, and completes `ticket`.
    void stop(Ticket ticket);

   private:
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
    void withdraw(const QString& why);
    void endMeasuring(const QString& why);
    void showServices();
    void setReconciled(ConditionStatus status, const QString& reason, const QString& message, qint64 generation);

    const HostView& m_host;
    ChronyUser m_user;
    OwnAddresses m_addresses;
    const ServicePlanner m_planner;
    const ServiceChoice m_choice;
    ChronydVersion m_askVersion;
    std::optional<ChronyVersion> m_version;
    NodeLabels m_nodeLabels;
    DesiredObjects m_objects;
    QTimer m_refresh;
    ChronyEngine m_engine;
    ClientService m_clients;
    LogKeeper m_logs;
    ClockWatch m_clock;
    NetworkWatch m_network;
    LeaseWatch m_leases;
    HardwareClocks m_hardware;
    ClockClaim m_claim;
    NtpMetrics m_metrics;
    ReconcileTickets m_tickets;
    const ServiceEvents m_events;
    ServiceStanding m_standing;
    ServiceReport m_report;
    ServiceWatch m_watch;
    bool m_isRefreshWanted = false;  ///< something happened during a change
    bool m_isCommitting = false;
};

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "time_service.h"

#include "model/spec_parser.h"
#include "service_preview.h"
#include "source_retry.h"

namespace fos1::ntp {

namespace {
constexpr std::chrono::seconds kRefreshInterval{60};
const QString kReconciled = QStringLiteral("Reconciled");

EngineOptions withUser(EngineOptions options, const ChronyUser& user) {
    options.runAs = user.current();
    return options;
}

}  // namespace

TimeService::TimeService(const HostView& host, const EngineOptions& options, Labels nodeLabels, TimedateUse timedate)
    : m_host(host),
      m_user(options.user),
      m_planner(options.layout, m_user.current(), options.clockControl, m_addresses),
      m_choice(host),
      m_askVersion(options.chronyd),
      m_nodeLabels(host.bus(), std::move(nodeLabels)),
      m_objects(host),
      m_engine(withUser(options, m_user)),
      m_clients(host.bus(), m_engine.client(), m_addresses),
      m_logs(m_engine.client(), options.layout.paths().logDirectory),
      m_clock(m_engine.client(), host.bus()),
      m_network(m_addresses),
      m_hardware(options.layout.paths()),
      m_claim(options.layout.timedateFile(), options.clockControl, timedate),
      m_metrics(host.metrics()),
      m_tickets(host, m_metrics.reconciles()),
      m_events(host),
      m_report({host, m_objects, m_nodeLabels, m_standing, m_engine, m_clients, m_clock, m_hardware, m_claim,
                options.clockControl}),
      m_watch({m_standing, m_engine, m_clients, m_clock, m_hardware, m_metrics, m_events}) {
    connect(&m_watch, &ServiceWatch::observed, this, [this] {
        showServices();
        m_report.showStatusSoon();
    });
    connect(&m_watch, &ServiceWatch::statusChanged, &m_report, &ServiceReport::showStatusSoon);
    connect(&m_claim.timedate(), &TimedateClient::changed, &m_report, &ServiceReport::showStatusSoon);
    connect(&m_clients, &ClientService::checked, this, [this] {
        if (m_isCommitting) return;  // which ends with the same
        m_clients.doubt();
        showServices();
        m_report.showStatusSoon();
    });
    connect(&m_clients, &ClientService::restartWanted, &m_engine, &ChronyEngine::restart);
    connect(&m_clients, &ClientService::vlansChanged, this, [this] {
        refresh();
        m_clients.doubt();
        showServices();
    });
    connect(&m_nodeLabels, &NodeLabels::changed, this, [this] {
        if (m_version && !m_standing.isStopping) reconcileServices(kNoTicket);
    });
    connect(&m_network, &NetworkWatch::improved, this, [this] {
        if (m_standing.declared && m_engine.state().phase == EnginePhase::Running)
            retryUnreachable(m_engine.client(), m_clock.estimator().sources());
    });
    connect(&m_network, &NetworkWatch::addressesChanged, this, [this] {
        if (m_standing.inForce && m_standing.inForce->planned.addresses != m_addresses.all()) refresh();
    });
    connect(&m_leases, &LeaseWatch::changed, this, &TimeService::refresh);
    connect(&m_hardware, &HardwareClocks::devicesChanged, this, &TimeService::refresh);
    m_network.start();
    connect(&m_refresh, &QTimer::timeout, this, &TimeService::refresh);
    m_refresh.start(kRefreshInterval);
}

void TimeService::reconcile(const QCborMap& snapshot, Ticket ticket) {
    m_objects.replace(snapshot);
    reconcileChanges(ticket);
}

void TimeService::reconcileChanges(Ticket ticket) {
    m_tickets.started(ticket);
    if (m_objects.services().empty()) return reconcileServices(ticket);
    m_user.ask([this, ticket] {
        m_askVersion.ask([this, ticket](const Result<ChronyVersion>& version) {
            if (version) {
                m_version = *version;
                m_report.setVersion(version->name);
                m_metrics.tracking().showVersion(version->name);
                return reconcileServices(ticket);
            }
            m_choice.reportNoChronyd(m_objects.services(), version.error().text());
            m_tickets.retry(ticket, version.error().text());
        });
    });
}

QCborMap TimeService::preview(const QCborMap& snapshot) {
    Planned now;
    now.vlans = m_clients.published().vlans();
    if (m_standing.inForce) now.groups = m_standing.inForce->planned.access.groups;
    if (const ChronyPlan* plan = m_engine.inForce()) now.chrony = *plan;
    return previewServices(snapshot,
                           {m_host, m_planner, m_nodeLabels.labels(), m_clients.vlans().vlans(),
                            m_version.value_or(ChronyVersion()), m_clock.estimator().fitness(), std::move(now)});
}

/// The states of the VLANs are not retracted: that would mean that nothing is declared for them any more. The bus
/// reports that their publisher is gone, and the bridges know what holds then.
void TimeService::stop(Ticket ticket) {
    m_standing.isStopping = true;  // what other plugins report while they stop too changes nothing
    m_refresh.stop();
    endMeasuring(QStringLiteral("the ntp plugin stops"));
    m_clock.leave();
    m_clients.leave();
    m_hardware.stop();
    m_engine.leave([this, ticket](const auto&) {
        setReconciled(ConditionStatus::Unknown, QStringLiteral("PluginStopped"),
                      QStringLiteral("The ntp plugin is stopped, so nothing watches whether this spec is in force."),
                      m_standing.declared ? m_standing.declared->generation : 0);
        m_standing.declared.reset();
        m_tickets.succeed(ticket);
    });
}

void TimeService::reconcileServices(Ticket ticket) {
    const DesiredObject* chosen = m_choice.choose(m_objects.services(), m_nodeLabels.labels());
    if (m_standing.declared && !(chosen && m_standing.declared->key == chosen->key)) {
        // Where another one takes over, what is published stays until chronyd confirmed it: nobody loses a second.
        m_clock.retract(m_standing.declared->key.name, QStringLiteral("the NTPService is gone or another one serves"));
        m_standing.declared.reset();
        m_standing.reconciled.reset();
        m_report.forgetStatus();
    }
    if (chosen) return serve(*chosen, ticket);
    const QString why = QStringLiteral("no NTPService is declared for this node");
    withdraw(why);
    stopChronyd(why, ticket);
}

void TimeService::serve(const DesiredObject& object, Ticket ticket) {
    const auto spec = parse(object.spec);
    if (!spec) return refuse(object, spec.error(), ticket);
    m_standing.declared = DeclaredService{object.key, object.generation, *spec};
    m_report.forgetStatus();
    const ServicePointer wanted = planNow();
    if (!spec->enabled) {
        const QString why = QStringLiteral("the service is switched off");
        endMeasuring(why);
        commit(wanted);  // closed before chronyd ends, not after
        return stopChronyd(why, ticket);
    }
    apply(wanted, ticket);
}

ServicePointer TimeService::planNow() {
    const QString& ns = m_standing.declared->key.ns;
    const NtpServiceSpec& spec = m_standing.declared->spec;
    const PlannedService* last =
        m_standing.inForce && m_standing.inForce->declared.spec == spec ? &m_standing.inForce->planned : nullptr;
    const PlannedService* running = m_standing.inForce && m_standing.inForce->declared.spec.nts == spec.nts
                                        ? &m_standing.inForce->planned
                                        : nullptr;
    AccessPlan access = m_objects.groups().plan(ns, spec, m_clients.vlans().vlans());
    return std::make_shared<const ServiceOnNode>(
        ServiceOnNode{*m_standing.declared, m_planner.plan({spec, ns, std::move(access), m_objects.secrets(),
                                                            *m_version, last, running, m_hardware.misleading()},
                                                           Effects::Allowed)});
}

void TimeService::refresh() {
    if (!m_standing.declared || !m_standing.declared->spec.enabled || m_standing.isStopping) return;
    // While a change is under way its outcome is waited for, and then this comes again.
    m_isRefreshWanted = m_engine.isApplying();
    const ChronyPlan* runs = m_engine.inForce();
    if (m_isRefreshWanted || !m_standing.inForce || !runs || m_engine.state().phase != EnginePhase::Running) return;
    const ServicePointer wanted = planNow();
    if (wanted->planned.chrony != *runs) return apply(wanted, kNoTicket);
    m_engine.heal();
    commit(wanted);  // chronyd need not change for what this node knows about groups and certificates
    m_report.showStatusSoon();
}

void TimeService::apply(const ServicePointer& wanted, Ticket ticket) {
    m_engine.apply(wanted->planned.chrony, [this, wanted, ticket](const Result<Change>& result) {
        if (result)
            onApplied(wanted, *result, ticket);
        else
            onNotApplied(wanted, result.error(), ticket);
    });
}

void TimeService::onApplied(const ServicePointer& wanted, const Change& change, Ticket ticket) {
    const DeclaredService& declared = wanted->declared;
    if (change.kind == ChangeKind::Online) m_events.changedOnline(declared.key, change);
    if (m_standing.declared) {
        const bool isNew = !m_standing.inForce || m_standing.inForce->planned.chrony != wanted->planned.chrony;
        commit(wanted);
        m_claim.claim();
        if (isNew) m_clients.check(declared.spec, wanted->planned, m_engine.state().pid);
        m_clock.startIfIdle();
        if (m_standing.declared->key == declared.key)
            setReconciled(
                ConditionStatus::True, QStringLiteral("Applied"),
                wanted->planned.chrony.leftOut.empty()
                    ? QStringLiteral("The time daemon runs with this spec.")
                    : QStringLiteral("The time daemon runs with this spec, except for what FullyImplemented names."),
                declared.generation);
    }
    m_tickets.succeed(ticket);
    if (m_isRefreshWanted) refresh();
}

/// What is in force stays, and what is published with it.
void TimeService::onNotApplied(const ServicePointer& wanted, const Error& error, Ticket ticket) {
    const QString why = error.text();
    const bool isRefused = error.code == ErrorCode::InvalidInput;
    const DeclaredService& declared = wanted->declared;
    // After a newer change, or the end of the service, nobody asks for this one any more.
    if (error.code != ErrorCode::Conflict && m_standing.declared && m_standing.declared->key == declared.key) {
        if (isRefused) m_events.refused(declared.key, why);
        setReconciled(
            ConditionStatus::False, isRefused ? QStringLiteral("RefusedByChronyd") : QStringLiteral("NotApplied"),
            isRefused ? QStringLiteral("chronyd does not accept the configuration made from this spec: %1").arg(why)
                      : why,
            declared.generation);
        const bool isHeld = m_standing.inForce && m_standing.inForce->declared.key.ns == declared.key.ns;
        const auto* held = isHeld ? &m_standing.inForce->planned.access.groups : nullptr;
        m_objects.groups().show(declared.key.ns, withoutChange(wanted->planned.access.groups, held, why));
        showServices();
    }
    if (isRefused)
        m_tickets.fail(ticket, why);
    else
        m_tickets.retry(ticket, why);
}

void TimeService::commit(const ServicePointer& service) {
    m_events.missing(service->declared.key,
                     m_standing.inForce ? m_standing.inForce->planned.chrony.leftOut : std::vector<LeftOut>(),
                     service->planned.chrony.leftOut);
    m_standing.inForce = service;
    if (service->declared.spec.enabled)
        m_objects.groups().show(service->declared.key.ns, service->planned.access.groups);
    else
        m_objects.groups().show(service->declared.key.ns, {});
    m_isCommitting = true;
    m_clients.commit(service->declared.spec, service->planned);
    m_isCommitting = false;
    m_leases.watch(service->declared.spec.dhcpInterfaces);
    m_hardware.use(service->declared.spec.enabled ? service->declared.spec.hardware : HardwareSpec());
    m_metrics.showCertificate(service->planned.nts);
    m_metrics.showLimits(service->declared.spec.monitoring);
    m_planner.forgetAllBut(service->planned.materials);
    showServices();
}

void TimeService::stopChronyd(const QString& why, Ticket ticket) {
    const bool ran = m_engine.state().pid != 0;
    m_engine.stop([this, why, ran, ticket](const tl::expected<void, Error>& result) {
        if (ran) m_events.stopped(m_standing.declared ? m_standing.declared->key : ObjectKey(), why);
        const qint64 generation = m_standing.declared ? m_standing.declared->generation : 0;
        if (!result) {
            setReconciled(ConditionStatus::False, QStringLiteral("NotStopped"), result.error().text(), generation);
            return m_tickets.retry(ticket, result.error().text());
        }
        m_claim.release();
        setReconciled(ConditionStatus::True, QStringLiteral("Applied"), QStringLiteral("The time daemon does not run."),
                      generation);
        m_tickets.succeed(ticket);
    });
}

/// What runs goes on, unless it runs for another object.
void TimeService::refuse(const DesiredObject& object, const Errors& errors, Ticket ticket) {
    const QString why = joined(errors);
    if (m_standing.declared) {
        setReconciled(ConditionStatus::False, QStringLiteral("InvalidSpec"), why, object.generation);
        return m_tickets.fail(ticket, why);
    }
    m_choice.reportMistakes(object, why);
    withdraw(QStringLiteral("the NTPService has mistakes"));
    m_engine.stop([this, ticket, why](const auto&) { m_tickets.fail(ticket, why); });
}

/// Nothing is declared for this node, or nothing that could be understood.
void TimeService::withdraw(const QString& why) {
    endMeasuring(why);
    m_clients.withdraw(why);
    m_objects.groups().show({}, {});
    m_hardware.stop();
    m_standing.inForce.reset();
}

void TimeService::endMeasuring(const QString& why) {
    m_clock.stop(m_standing.declared ? m_standing.declared->key.name : QString(), why);
    m_clients.endChecks();
    m_metrics.clear();
    m_report.forgetStatus();
}

/// Before the outcome of the first change nothing is known: the chronyd of an earlier host may run and serve.
void TimeService::showServices() {
    if (!m_standing.declared || m_standing.isStopping || (!m_standing.inForce && m_engine.isApplying())) return;
    const bool isRunning = m_standing.inForce && m_engine.inForce() && m_engine.state().phase != EnginePhase::Stopped;
    m_clients.show(m_standing.shown().spec, m_standing.inForce ? &m_standing.inForce->planned : nullptr, isRunning,
                   m_clock.estimator().fitness());
}

void TimeService::setReconciled(ConditionStatus status, const QString& reason, const QString& message,
                                qint64 generation) {
    if (!m_standing.declared) return;
    m_standing.reconciled = Condition{kReconciled, status, reason, message, generation};
    m_report.forgetStatus();
    m_report.showStatus();
}

}  // namespace fos1::ntp

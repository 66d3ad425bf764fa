// SPDX-License-Identifier: GPL-2.0-or-later
#include "time_service.h"

#include "model/spec_parser.h"
#include "service_preview.h"
#include "source_retry.h"

namespace fos1::ntp {

namespace {
constexpr std::chrono::seconds kRefreshInterval{60};
constexpr std::chrono::seconds kHealInterval{10};  ///< between two tries, should one not help
const QString kServiceKind = QStringLiteral("NTPService");
const QString kClientKind = QStringLiteral("NTPClient");

EngineOptions withUser(EngineOptions options, const ChronyUser& user) {
    options.runAs = user.current();
    return options;
}

}  // namespace

TimeService::TimeService(const HostView& host, const EngineOptions& options, Labels nodeLabels, TimedateUse timedate)
    : m_host(host),
      m_user(options.user),
      m_planner(options.layout, m_user.current(), options.clockControl),
      m_choice(host),
      m_askVersion(options.chronyd),
      m_nodeLabels(host.bus(), std::move(nodeLabels)),
      m_groups(host),
      m_engine(withUser(options, m_user)),
      m_clients(host.bus(), m_engine.client()),
      m_clock(m_engine.client(), host.bus()),
      m_hardware(options.layout.paths()),
      m_claim(options.layout.timedateFile(), options.clockControl, timedate),
      m_metrics(host.metrics()),
      m_tickets(host, m_metrics.reconciles()),
      m_status(host),
      m_events(host) {
    connect(&m_engine, &ChronyEngine::up, this, &TimeService::onUp);
    connect(&m_engine, &ChronyEngine::died, this, &TimeService::onDied);
    connect(&m_engine, &ChronyEngine::healed, this, [this] {
        if (m_declared) m_events.healed(m_declared->key);
    });
    connect(&m_engine, &ChronyEngine::logged, &m_clock, &ClockWatch::logged);
    connect(&m_engine, &ChronyEngine::gapMeasured, this, &TimeService::onGapMeasured);
    connect(&m_engine, &ChronyEngine::stateChanged, this, &TimeService::showStatus);
    connect(&m_claim.timedate(), &TimedateClient::changed, this, &TimeService::showStatus);
    connect(&m_clock, &ClockWatch::observed, this, &TimeService::onObserved);
    connect(&m_clients, &ClientService::checked, this, [this] {
        m_clients.doubt();
        showServices();
        showStatus();
    });
    connect(&m_clients, &ClientService::restartWanted, &m_engine, &ChronyEngine::restart);
    connect(&m_clients, &ClientService::vlansChanged, this, [this] {
        refresh();
        m_clients.doubt();
        showServices();
    });
    connect(&m_nodeLabels, &NodeLabels::changed, this, [this] {
        if (m_version && !isStopped()) reconcileServices(kNoTicket);
    });
    connect(&m_network, &NetworkWatch::improved, this, &TimeService::onNetworkImproved);
    connect(&m_leases, &LeaseWatch::changed, this, &TimeService::refresh);
    connect(&m_hardware, &HardwareClocks::devicesChanged, this, &TimeService::refresh);
    connect(&m_hardware, &HardwareClocks::changed, this, &TimeService::onClockChanged);
    m_network.start();
    m_refresh.setInterval(kRefreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &TimeService::refresh);
    m_refresh.start();
}

void TimeService::reconcile(const QCborMap& snapshot, Ticket ticket) {
    m_services.clear();
    m_groups.clear();
    m_secrets = {};
    for (const QCborValue& object : snapshot.value(QStringLiteral("objects")).toArray()) changed(object.toMap());
    reconcileChanges(ticket);
}

void TimeService::changed(const QCborMap& object) {
    m_secrets.set(object);
    DesiredObject desired = DesiredObject::fromCbor(object);
    if (desired.key.kind == kClientKind) return m_groups.set(desired);
    if (desired.key.kind != kServiceKind) return;
    removed(desired.key);
    m_services.push_back(std::move(desired));
}

void TimeService::removed(const ObjectKey& key) {
    m_secrets.remove(key);
    if (key.kind == kClientKind) m_groups.remove(key);
    std::erase_if(m_services, [&key](const DesiredObject& each) { return each.key == key; });
}

void TimeService::reconcileChanges(Ticket ticket) {
    m_tickets.started(ticket);
    if (m_services.empty()) return reconcileServices(ticket);
    m_user.ask([this, ticket] {
        m_askVersion.ask([this, ticket](const Result<ChronyVersion>& version) {
            if (version) {
                m_version = *version;
                m_metrics.tracking().showVersion(version->name);
                return reconcileServices(ticket);
            }
            m_choice.reportNoChronyd(m_services, version.error().text());
            m_tickets.retry(ticket, version.error().text());
        });
    });
}

QCborMap TimeService::preview(const QCborMap& snapshot) {
    Planned now;
    now.vlans = m_clients.published().vlans();
    if (m_inForce) now.groups = m_inForce->planned.access.groups;
    if (const ChronyPlan* plan = m_engine.inForce()) now.chrony = *plan;
    return previewServices(snapshot,
                           {m_host, m_planner, m_nodeLabels.labels(), m_clients.vlans().vlans(),
                            m_version.value_or(ChronyVersion()), m_clock.estimator().fitness(), std::move(now)});
}

/// The states of the VLANs are not retracted: that would mean that nothing is declared for them any more. The bus
/// reports that their publisher is gone, and the bridges know what holds then.
void TimeService::stop(Ticket ticket) {
    m_refresh.stop();  // what other plugins report while they stop too changes nothing
    endMeasuring(QStringLiteral("the ntp plugin stops"));
    m_clock.leave();
    m_clients.leave();
    m_hardware.stop();
    m_engine.leave([this, ticket](const auto&) {
        setReconciled(ConditionStatus::Unknown, QStringLiteral("PluginStopped"),
                      QStringLiteral("The ntp plugin is stopped, so nothing watches whether this spec is in force."),
                      m_declared ? m_declared->generation : 0);
        m_declared.reset();
        m_tickets.succeed(ticket);
    });
}

void TimeService::reconcileServices(Ticket ticket) {
    const DesiredObject* chosen = m_choice.choose(m_services, m_nodeLabels.labels());
    if (m_declared && !(chosen && m_declared->key == chosen->key)) {
        // Where another one takes over, what is published stays until chronyd confirmed it: nobody loses a second.
        m_clock.retract(m_declared->key.name, QStringLiteral("the NTPService is gone or another one serves"));
        m_declared.reset();
        m_reconciled.reset();
        m_status.forget();
    }
    if (chosen) return serve(*chosen, ticket);
    const QString why = QStringLiteral("no NTPService is declared for this node");
    withdraw(why);
    stopChronyd(why, ticket);
}

void TimeService::serve(const DesiredObject& object, Ticket ticket) {
    const auto spec = parse(object.spec);
    if (!spec) return refuse(object, spec.error(), ticket);
    m_declared = Declared{object.key, object.generation, *spec};
    m_status.forget();
    const ServicePointer wanted = planNow();
    if (!spec->enabled) {
        const QString why = QStringLiteral("the service is switched off");
        endMeasuring(why);
        commit(wanted);  // closed before chronyd ends, not after
        return stopChronyd(why, ticket);
    }
    apply(wanted, ticket);
}

TimeService::ServicePointer TimeService::planNow() {
    const QString& ns = m_declared->key.ns;
    const NtpServiceSpec& spec = m_declared->spec;
    const PlannedService* last = m_inForce && m_inForce->declared.spec == spec ? &m_inForce->planned : nullptr;
    const PlannedService* running =
        m_inForce && m_inForce->declared.spec.nts == spec.nts ? &m_inForce->planned : nullptr;
    AccessPlan access = m_groups.plan(ns, spec, m_clients.vlans().vlans());
    return std::make_shared<const Service>(Service{
        *m_declared,
        m_planner.plan({spec, ns, std::move(access), m_secrets, *m_version, last, running, m_hardware.misleading()},
                       Effects::Allowed)});
}

void TimeService::refresh() {
    if (!m_declared || !m_declared->spec.enabled || isStopped()) return;
    // While a change is under way its outcome is waited for, and then this comes again.
    m_isRefreshWanted = m_engine.isApplying();
    const ChronyPlan* runs = m_engine.inForce();
    if (m_isRefreshWanted || !m_inForce || !runs || m_engine.state().phase != EnginePhase::Running) return;
    const ServicePointer wanted = planNow();
    if (wanted->planned.chrony != *runs) return apply(wanted, kNoTicket);
    m_engine.heal();
    commit(wanted);  // chronyd need not change for what this node knows about groups and certificates
    showStatus();
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
    const Declared& declared = wanted->declared;
    if (change.kind == ChangeKind::Online) m_events.changedOnline(declared.key, change);
    if (m_declared) {
        const bool isNew = !m_inForce || m_inForce->planned.chrony != wanted->planned.chrony;
        commit(wanted);
        m_claim.claim();
        if (isNew) m_clients.check(declared.spec, wanted->planned, m_engine.state().pid);
        m_clock.startIfIdle();
        if (m_declared->key == declared.key)
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
    const Declared& declared = wanted->declared;
    // After a newer change, or the end of the service, nobody asks for this one any more.
    if (error.code != ErrorCode::Conflict && m_declared && m_declared->key == declared.key) {
        if (isRefused) m_events.refused(declared.key, why);
        setReconciled(
            ConditionStatus::False, isRefused ? QStringLiteral("RefusedByChronyd") : QStringLiteral("NotApplied"),
            isRefused ? QStringLiteral("chronyd does not accept the configuration made from this spec: %1").arg(why)
                      : why,
            declared.generation);
        const bool isHeld = m_inForce && m_inForce->declared.key.ns == declared.key.ns;
        const auto* held = isHeld ? &m_inForce->planned.access.groups : nullptr;
        m_groups.show(declared.key.ns, withoutChange(wanted->planned.access.groups, held, why));
        showServices();
    }
    if (isRefused)
        m_tickets.fail(ticket, why);
    else
        m_tickets.retry(ticket, why);
}

void TimeService::commit(const ServicePointer& service) {
    m_events.missing(service->declared.key, m_inForce ? m_inForce->planned.chrony.leftOut : std::vector<LeftOut>(),
                     service->planned.chrony.leftOut);
    m_inForce = service;
    if (service->declared.spec.enabled)
        m_groups.show(service->declared.key.ns, service->planned.access.groups);
    else
        m_groups.show(service->declared.key.ns, {});
    m_clients.commit(service->declared.spec, service->planned);
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
        if (ran) m_events.stopped(m_declared ? m_declared->key : ObjectKey(), why);
        const qint64 generation = m_declared ? m_declared->generation : 0;
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
    if (m_declared) {
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
    m_groups.show({}, {});
    m_hardware.stop();
    m_inForce.reset();
}

void TimeService::endMeasuring(const QString& why) {
    m_clock.stop(m_declared ? m_declared->key.name : QString(), why);
    m_clients.endChecks();
    m_metrics.clear();
    m_status.forget();
}

/// Before the outcome of the first change nothing is known: the chronyd of an earlier host may run and serve.
void TimeService::showServices() {
    if (!m_declared || isStopped() || (!m_inForce && m_engine.isApplying())) return;
    const bool isRunning = m_inForce && m_engine.inForce() && m_engine.state().phase != EnginePhase::Stopped;
    m_clients.show(shown().spec, m_inForce ? &m_inForce->planned : nullptr, isRunning, m_clock.estimator().fitness());
}

void TimeService::onUp(const ChronydStart& start) {
    if (!m_declared) return;
    m_events.started(m_declared->key, start);
    m_metrics.showRestarts(m_engine.state().restarts);
    m_metrics.server().chronydStarted();
    m_clock.start();
    if (m_inForce) m_clients.check(m_inForce->declared.spec, m_inForce->planned, start.pid);
}

void TimeService::onDied(const QString& why) {
    m_metrics.showRestarts(m_engine.state().restarts);
    if (m_declared) m_events.died(m_declared->key, why);
}

void TimeService::onGapMeasured(std::chrono::milliseconds gap) {
    // Who had no time before did not lose any.
    if (!m_declared || !m_clock.hasTime()) return;
    m_metrics.showGap(gap);
    m_events.timeWasAway(m_declared->key, gap);
}

void TimeService::onNetworkImproved() {
    if (m_declared && m_engine.state().phase == EnginePhase::Running)
        retryUnreachable(m_engine.client(), m_clock.estimator().sources());
}

void TimeService::onObserved(const Observation& observation) {
    if (!m_declared || !m_declared->spec.enabled || isStopped()) return;
    m_hardware.hear(observation);
    const FitnessPolicy policy =
        fitnessPolicyOf(shown().spec, m_clients.serving().get(), m_inForce ? m_inForce->planned.own : nullptr);
    const time::SyncState before = m_clock.take(observation, policy, m_declared->key.name);
    // During a change chronyd may be ahead of what is known to run.
    const ChronyPlan* runs = m_engine.inForce();
    if (runs && !m_engine.isApplying() && hasOtherSources(observation, runs->online.sourceNames) &&
        observation.at - m_lastHeal > kHealInterval) {
        m_lastHeal = observation.at;
        m_engine.heal();
    }
    m_metrics.show(m_clock.sync(), m_clock.estimator().sources(), m_clock.estimator().statistics());
    m_metrics.refclocks().show(m_hardware.facts());
    m_metrics.tracking().show(observation);
    m_metrics.server().show(observation, m_clients.vlans().names());
    m_events.happened(m_declared->key, before, m_clock.sync());
    showServices();
    showStatus();
}

}  // namespace fos1::ntp

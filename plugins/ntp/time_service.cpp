// SPDX-License-Identifier: GPL-2.0-or-later
#include "time_service.h"

#include <QDateTime>

#include "core/happenings.h"
#include "core/plain_text.h"
#include "core/service_status.h"
#include "fos1/topic.h"
#include "model/spec_parser.h"
#include "model/unimplemented_fields.h"
#include "security/own_addresses.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kTopicTtl{10};
constexpr std::chrono::seconds kRefreshInterval{60};
constexpr std::chrono::seconds kHealInterval{10};  ///< between two tries, should one not help
constexpr Ticket kNoTicket = 0;                    ///< of a change that nobody but ourselves asked for
const QString kReconciled = QStringLiteral("Reconciled");
const QString kReady = QStringLiteral("Ready");
const QString kServiceKind = QStringLiteral("NTPService");
const QString kClientKind = QStringLiteral("NTPClient");

const QString kStarted = QStringLiteral("The time daemon (chronyd) was started.");

}  // namespace

TimeService::TimeService(const HostView& host, const EngineOptions& options, Labels nodeLabels, TimedateUse timedate)
    : m_host(host),
      m_planOptions{options.layout.paths(), options.clockControl},
      m_surveyor(options.layout, options.user),
      m_askVersion(options.chronyd),
      m_nodeLabels(host.bus(), std::move(nodeLabels)),
      m_groups(host),
      m_vlans(host.bus()),
      m_published(host.bus()),
      m_engine(options),
      m_monitor(m_engine.client()),
      m_timedateUse(timedate),
      m_timedate(options.layout.timedateFile()),
      m_metrics(host.metrics()),
      m_status(host),
      m_startMessage(kStarted) {
    connect(&m_engine, &ChronyEngine::up, this, &TimeService::onUp);
    connect(&m_engine, &ChronyEngine::adopted, this, [this](qint64 pid) {
        m_startMessage = QStringLiteral("The time daemon (chronyd) was found running and taken over as it is.");
        onUp(pid);
    });
    connect(&m_engine, &ChronyEngine::died, this, &TimeService::onDied);
    connect(&m_engine, &ChronyEngine::healed, this, [this] {
        if (m_serving)
            m_host.warning(QStringLiteral("Healed"),
                           QStringLiteral("Somebody had changed sources or access rules of the running chronyd; it has "
                                          "what the spec says again."),
                           m_serving->key);
    });
    connect(&m_engine, &ChronyEngine::gapMeasured, this, &TimeService::onGapMeasured);
    connect(&m_engine, &ChronyEngine::stateChanged, this, &TimeService::showStatus);
    connect(&m_timedate, &TimedateClient::changed, this, &TimeService::showStatus);
    connect(&m_monitor, &ChronyMonitor::observed, this, &TimeService::onObserved);
    connect(&m_nts, &NtsWatch::changed, this, [this] {
        m_shownServing.reset();
        showServices();
        showStatus();
    });
    connect(&m_vlans, &VlanFeed::changed, this, [this] {
        refresh();
        m_shownServing.reset();
        showServices();
    });
    connect(&m_nodeLabels, &NodeLabels::changed, this, [this] {
        if (m_version) reconcileServices(m_services, kNoTicket);
    });
    m_refresh.setInterval(kRefreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &TimeService::refresh);
    m_refresh.start();
}

void TimeService::reconcile(const QCborMap& snapshot, Ticket ticket) {
    m_services.clear();
    m_groups.clear();
    m_secrets = {};
    const QCborArray objects = snapshot.value(QStringLiteral("objects")).toArray();
    for (const QCborValue& object : objects) changed(object.toMap());
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
    m_metrics.reconciles().started(ticket, std::chrono::steady_clock::now());
    if (m_services.empty()) return reconcileServices({}, ticket);
    m_askVersion.ask([this, ticket](const Result<ChronyVersion>& version) {
        if (version) {
            m_version = *version;
            return reconcileServices(m_services, ticket);
        }
        for (const DesiredObject& service : m_services)
            for (const QString& type : {kReconciled, kReady})
                m_host.setCondition(service.key, {type, ConditionStatus::False, QStringLiteral("NoChronyd"),
                                                  version.error().text(), service.generation});
        retry(ticket, version.error().text());
    });
}

/// What was told of the VLANs is not taken back: that would say that nothing is declared for them any more. The bus
/// says that we are gone, and the bridges know what then shall hold.
void TimeService::stop(Ticket ticket) {
    endMeasuring(QStringLiteral("the ntp plugin stops"));
    m_serving.reset();
    m_engine.leave([this, ticket](const auto&) { succeed(ticket); });
}

void TimeService::serve(const DesiredObject& object, Ticket ticket) {
    const auto spec = parse(object.spec);
    if (!spec) {
        refuse(object, spec.error(), ticket);
        return;
    }
    m_serving = Serving{object.key, object.generation, *spec, unimplementedFields(object.spec), {}, {}};
    const ChronyPlan plan = planNow();
    m_status.forget();
    m_shownServing.reset();
    if (!spec->enabled) {
        withdraw(QStringLiteral("the service is switched off"));
        showServices();
        stopChronyd(QStringLiteral("the service is switched off"), ticket);
        return;
    }
    m_metrics.showLimits(spec->monitoring);
    apply(plan, ticket);
}

ChronyPlan TimeService::planNow() {
    m_access = planAccess(m_serving->spec, m_groups.of(m_serving->key.ns), m_vlans.vlans());
    m_groups.tell(m_serving->key.ns, m_access.groups);
    Survey survey = m_surveyor.survey(m_serving->spec, m_serving->key.ns, m_secrets, *m_version, m_access.rules,
                                      ownInet4Addresses(), QDateTime::currentSecsSinceEpoch());
    m_serving->materials = std::move(survey.materials);
    m_nts.watch(survey.nts);
    m_metrics.showCertificate(survey.nts);
    ChronyPlan plan = makePlan(m_serving->spec, m_planOptions, m_serving->materials);
    m_serving->leftOut = plan.leftOut;
    return plan;
}

void TimeService::refresh() {
    if (!m_serving || !m_serving->spec.enabled) return;
    // While a change is under way its outcome is waited for, and then this comes again.
    m_isRefreshWanted = m_applying > 0;
    if (m_isRefreshWanted || !m_running || m_engine.state().phase != EnginePhase::Running) return;
    const ChronyPlan plan = planNow();
    if (plan == *m_running) {
        m_engine.heal();
        return showStatus();
    }
    apply(plan, kNoTicket);
}

void TimeService::apply(const ChronyPlan& plan, Ticket ticket) {
    const Change change = changeKind(m_running, plan);
    if (change.kind == ChangeKind::Restart)
        m_startMessage = QStringLiteral("The time daemon (chronyd) was restarted for a new configuration: %1.")
                             .arg(change.reasons.join(QStringLiteral(", ")));
    ++m_applying;
    m_engine.apply(plan, [this, plan, ticket, change](const auto& result) {
        --m_applying;
        if (result && change.kind == ChangeKind::Online && m_serving)
            m_host.normal(QStringLiteral("ChangedOnline"),
                          QStringLiteral("The time daemon (chronyd) took a change without a restart: %1.")
                              .arg(change.reasons.join(QStringLiteral(", "))),
                          m_serving->key);
        onApplied(result, plan, ticket);
    });
}

void TimeService::onApplied(const tl::expected<void, Error>& result, const ChronyPlan& plan, Ticket ticket) {
    if (result) {
        const bool isNew = !m_running || *m_running != plan;
        m_running = plan;
        claimClock();
        if (m_serving) {
            m_runningMaterials = m_serving->materials;
            if (isNew) m_nts.probe(plan.online.access, m_serving->spec);
        }
        m_surveyor.forgetAllBut({&m_runningMaterials});
        m_shownServing.reset();
        showServices();
        if (!m_monitor.isActive()) m_monitor.start();  // chronyd may have run for another object
        setReconciled(ConditionStatus::True, QStringLiteral("Applied"),
                      QStringLiteral("The time daemon runs with this spec."));
        succeed(ticket);
        if (m_isRefreshWanted) refresh();
        return;
    }
    const QString why = result.error().text();
    if (result.error().code == ErrorCode::InvalidInput) {
        m_startMessage = QStringLiteral("The time daemon (chronyd) was started with its previous configuration.");
        if (m_serving) m_host.warning(QStringLiteral("ConfigurationRefused"), why, m_serving->key);
        setReconciled(ConditionStatus::False, QStringLiteral("RefusedByChronyd"),
                      QStringLiteral("chronyd does not accept the configuration made from this spec: %1").arg(why));
        fail(ticket, why);
        return;
    }
    setReconciled(ConditionStatus::False, QStringLiteral("NotApplied"), why);
    retry(ticket, why);
}

void TimeService::stopChronyd(const QString& why, Ticket ticket) {
    const bool ran = m_engine.state().pid != 0;
    m_engine.stop([this, why, ran, ticket](const tl::expected<void, Error>& result) {
        m_running.reset();
        m_startMessage = kStarted;
        if (ran)
            m_host.normal(QStringLiteral("ChronydStopped"), QStringLiteral("The time daemon was stopped: %1.").arg(why),
                          m_serving ? m_serving->key : ObjectKey());
        if (!result) {
            setReconciled(ConditionStatus::False, QStringLiteral("NotStopped"), result.error().text());
            retry(ticket, result.error().text());
            return;
        }
        m_timedate.release();
        setReconciled(ConditionStatus::True, QStringLiteral("Applied"),
                      QStringLiteral("The time daemon does not run."));
        succeed(ticket);
    });
}

/// What runs goes on, unless it runs for another object.
void TimeService::refuse(const DesiredObject& object, const Errors& errors, Ticket ticket) {
    m_host.setCondition(object.key, {kReconciled, ConditionStatus::False, QStringLiteral("InvalidSpec"), joined(errors),
                                     object.generation});
    if (m_serving) {
        fail(ticket, joined(errors));
        return;
    }
    m_host.setCondition(object.key,
                        {kReady, ConditionStatus::False, QStringLiteral("InvalidSpec"),
                         QStringLiteral("The spec has mistakes; see the condition Reconciled."), object.generation});
    m_engine.stop([this, ticket, why = joined(errors)](const auto&) {
        m_running.reset();
        m_startMessage = kStarted;
        fail(ticket, why);
    });
}

void TimeService::withdraw(const QString& why) {
    endMeasuring(why);
    if (m_serving) m_published.withdraw(why);
}

void TimeService::endMeasuring(const QString& why) {
    m_monitor.stop();
    m_nts.watch(std::nullopt);
    m_estimator.reset();
    m_sync = {};
    m_metrics.clear();
    m_status.forget();
    m_shownServing.reset();
    if (m_serving) m_host.bus().retract(QLatin1String(time::SyncState::kTopic), m_serving->key.name, why);
}

/// As often as it changes, not as often as it is measured: there may be thousands of VLANs.
void TimeService::showServices() {
    if (!m_serving) return;
    const bool isRunning = m_running && m_engine.state().phase != EnginePhase::Stopped;
    const std::pair shown(isRunning, m_estimator.fitness());
    if (m_shownServing == shown) return;
    m_shownServing = shown;
    const bool isNtsServed =
        m_nts.facts() && m_nts.facts()->problem.isEmpty() && m_nts.facts()->probe != ProbeOutcome::Failed;
    m_vlanStates = planVlans(m_serving->spec, m_vlans.vlans(),
                             {isRunning, isNtsServed, isFit(m_estimator.fitness()), sentence(m_estimator.fitness())});
    m_published.showVlans(m_vlanStates);
    m_published.showGroups(m_access.groups);
}

void TimeService::onUp(qint64 pid) {
    if (!m_serving) return;
    m_host.normal(QStringLiteral("ChronydStarted"), m_startMessage + QStringLiteral(" Process %1.").arg(pid),
                  m_serving->key);
    m_startMessage = QStringLiteral("The time daemon (chronyd) was started again.");
    m_metrics.showRestarts(m_engine.state().restarts);
    m_metrics.server().chronydStarted();
    m_monitor.start();
    if (m_running) m_nts.probe(m_running->online.access, m_serving->spec);
}

void TimeService::onDied(const QString& why) {
    m_metrics.showRestarts(m_engine.state().restarts);
    if (m_serving) m_host.warning(QStringLiteral("ChronydDied"), why, m_serving->key);
}

void TimeService::onGapMeasured(std::chrono::milliseconds gap) {
    // Who had no time before did not lose any.
    if (!m_serving || (!m_sync.synchronised && !m_sync.holdover)) return;
    m_metrics.showGap(gap);
    m_host.normal(QStringLiteral("TimeWasAway"),
                  QStringLiteral("Clients were without synchronised time for %1 while chronyd was restarted.")
                      .arg(plainDuration(gap)),
                  m_serving->key);
}

void TimeService::onObserved(const Observation& observation) {
    if (!m_serving || !m_serving->spec.enabled) return;
    const time::SyncState before = std::exchange(
        m_sync, m_estimator.update(observation, {m_serving->spec.server.stratum, m_serving->spec.advertise.holdover}));
    publish(m_host.bus(), m_serving->key.name, m_sync, kTopicTtl);
    // During a change chronyd may be ahead of what is known to run.
    if (m_running && m_applying == 0 && hasOtherSources(observation, m_running->online.sourceNames) &&
        observation.at - m_lastHeal > kHealInterval) {
        m_lastHeal = observation.at;
        m_engine.heal();
    }
    m_metrics.show(m_sync, m_estimator.sources(), m_estimator.statistics());
    m_metrics.server().show(observation, m_vlans.names());
    for (const Happening& happening : happeningsBetween(before, m_sync)) {
        if (happening.severity == Severity::Warning)
            m_host.warning(happening.reason, happening.message, m_serving->key);
        else
            m_host.normal(happening.reason, happening.message, m_serving->key);
    }
    showServices();
    showStatus();
}

void TimeService::showStatus() {
    if (!m_serving) return;
    m_status.show(m_serving->key,
                  describe({m_serving->spec, m_serving->generation, m_serving->unimplemented, m_serving->leftOut,
                            m_engine.state(), m_sync, m_estimator.sources(), m_estimator.statistics(), m_nts.facts(),
                            QDateTime::currentSecsSinceEpoch(), m_vlanStates, m_access.entriesWithoutVlan, rival(),
                            isKernelSynchronized()}),
                  std::chrono::steady_clock::now());
}

void TimeService::claimClock() {
    if (m_planOptions.clockControl == ClockControl::Adjust && m_timedateUse == TimedateUse::Auto)
        m_timedate.claim();
    else
        m_timedate.release();
}

ClockRival TimeService::rival() const {
    const bool isOff = m_planOptions.clockControl == ClockControl::Adjust && m_timedateUse != TimedateUse::Auto;
    return isOff ? ClockRival{RivalStanding::NotLookedAt, {}} : m_timedate.rival();
}

void TimeService::setReconciled(ConditionStatus status, const QString& reason, const QString& message) {
    if (!m_serving) return;
    m_host.setCondition(m_serving->key, {kReconciled, status, reason, message, m_serving->generation});
    showStatus();
}

void TimeService::succeed(Ticket ticket) {
    if (ticket == kNoTicket) return;
    m_metrics.reconciles().ended(ticket, Outcome::Ok, std::chrono::steady_clock::now());
    m_host.succeed(ticket);
}

void TimeService::fail(Ticket ticket, const QString& why) {
    if (ticket == kNoTicket) return;
    m_metrics.reconciles().ended(ticket, Outcome::Failed, std::chrono::steady_clock::now());
    m_host.fail(ticket, why);
}

void TimeService::retry(Ticket ticket, const QString& why) {
    if (ticket == kNoTicket) return;
    m_metrics.reconciles().ended(ticket, Outcome::Retry, std::chrono::steady_clock::now());
    m_host.retry(ticket, why);
}

}  // namespace fos1::ntp

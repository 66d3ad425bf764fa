// SPDX-License-Identifier: GPL-2.0-or-later
#include "time_service.h"

#include "core/happenings.h"
#include "core/service_status.h"
#include "fos1/topic.h"
#include "model/spec_parser.h"
#include "model/unimplemented_fields.h"

namespace fos1::ntp {

namespace {

constexpr std::chrono::seconds kTopicTtl{10};
const QString kReconciled = QStringLiteral("Reconciled");
const QString kConflict = QStringLiteral("Conflict");
const QString kReady = QStringLiteral("Ready");

const QString kStarted = QStringLiteral("The time daemon (chronyd) was started.");

}  // namespace

TimeService::TimeService(const HostView& host, EngineOptions options)
    : m_host(host),
      m_planOptions{options.layout.paths(), options.clockControl},
      m_engine(std::move(options)),
      m_monitor(m_engine.client()),
      m_metrics(host.metrics()),
      m_status(host),
      m_startMessage(kStarted) {
    connect(&m_engine, &ChronyEngine::up, this, &TimeService::onUp);
    connect(&m_engine, &ChronyEngine::died, this, &TimeService::onDied);
    connect(&m_engine, &ChronyEngine::stateChanged, this, &TimeService::showStatus);
    connect(&m_monitor, &ChronyMonitor::observed, this, &TimeService::onObserved);
}

void TimeService::reconcile(std::vector<DesiredObject> objects, Ticket ticket) {
    std::sort(objects.begin(), objects.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    const bool sameServes = m_serving && !objects.empty() && m_serving->key == objects.front().key;
    if (m_serving && !sameServes) {
        withdraw(QStringLiteral("the NTPService is gone or another one serves"));
        m_serving.reset();
    }
    if (objects.empty()) {
        stopChronyd(QStringLiteral("no NTPService is declared"), ticket);
        return;
    }
    for (std::size_t i = 1; i < objects.size(); ++i) tellOfConflict(objects[i], objects.front().key);
    m_host.removeCondition(objects.front().key, kConflict);
    serve(objects.front(), ticket);
}

void TimeService::stop(Ticket ticket) {
    withdraw(QStringLiteral("the ntp plugin stops"));
    m_serving.reset();
    m_engine.stop([this, ticket](const auto&) { m_host.succeed(ticket); });
}

void TimeService::serve(const DesiredObject& object, Ticket ticket) {
    const auto spec = parse(object.spec);
    if (!spec) {
        refuse(object, spec.error(), ticket);
        return;
    }
    const ChronyPlan plan = makePlan(*spec, m_planOptions);
    m_serving = Serving{object.key, object.generation, *spec, unimplementedFields(object.spec), plan.leftOut};
    m_status.forget();
    if (!spec->enabled) {
        withdraw(QStringLiteral("the service is switched off"));
        stopChronyd(QStringLiteral("the service is switched off"), ticket);
        return;
    }
    apply(plan, ticket);
}

void TimeService::apply(const ChronyPlan& plan, Ticket ticket) {
    const Change change = changeKind(m_running, plan);
    if (change.kind == ChangeKind::Restart)
        m_startMessage = QStringLiteral("The time daemon (chronyd) was restarted for a new configuration: %1.")
                             .arg(change.reasons.join(QStringLiteral(", ")));
    m_engine.apply(plan, [this, plan, ticket, change](const auto& result) {
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
        m_running = plan;
        if (!m_monitor.isActive()) m_monitor.start();  // chronyd may have run for another object
        setReconciled(ConditionStatus::True, QStringLiteral("Applied"),
                      QStringLiteral("The time daemon runs with this spec."));
        m_host.succeed(ticket);
        return;
    }
    const QString why = result.error().text();
    if (result.error().code == ErrorCode::InvalidInput) {
        m_startMessage = QStringLiteral("The time daemon (chronyd) was started with its previous configuration.");
        if (m_serving) m_host.warning(QStringLiteral("ConfigurationRefused"), why, m_serving->key);
        setReconciled(ConditionStatus::False, QStringLiteral("RefusedByChronyd"),
                      QStringLiteral("chronyd does not accept the configuration made from this spec: %1").arg(why));
        m_host.fail(ticket, why);
        return;
    }
    setReconciled(ConditionStatus::False, QStringLiteral("NotApplied"), why);
    m_host.retry(ticket, why);
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
            m_host.retry(ticket, result.error().text());
            return;
        }
        setReconciled(ConditionStatus::True, QStringLiteral("Applied"),
                      QStringLiteral("The time daemon does not run."));
        m_host.succeed(ticket);
    });
}

/// What runs goes on, unless it runs for another object.
void TimeService::refuse(const DesiredObject& object, const Errors& errors, Ticket ticket) {
    m_host.setCondition(object.key, {kReconciled, ConditionStatus::False, QStringLiteral("InvalidSpec"), joined(errors),
                                     object.generation});
    if (m_serving) {
        m_host.fail(ticket, joined(errors));
        return;
    }
    m_host.setCondition(object.key,
                        {kReady, ConditionStatus::False, QStringLiteral("InvalidSpec"),
                         QStringLiteral("The spec has mistakes; see the condition Reconciled."), object.generation});
    m_engine.stop([this, ticket, why = joined(errors)](const auto&) {
        m_running.reset();
        m_startMessage = kStarted;
        m_host.fail(ticket, why);
    });
}

void TimeService::tellOfConflict(const DesiredObject& object, const ObjectKey& serving) {
    const QString message = QStringLiteral("Only one NTPService can serve a node, and %1 does.").arg(serving.text());
    const QString reason = QStringLiteral("AnotherServes");
    m_host.setFields(object.key, {{QStringLiteral("running"), false},
                                  {QStringLiteral("synchronized"), false},
                                  {QStringLiteral("observedGeneration"), object.generation}});
    m_host.setCondition(object.key, {kConflict, ConditionStatus::True, reason, message, object.generation});
    for (const QString& type : {kReconciled, kReady})
        m_host.setCondition(object.key, {type, ConditionStatus::False, reason, message, object.generation});
}

void TimeService::withdraw(const QString& why) {
    m_monitor.stop();
    m_estimator.reset();
    m_sync = {};
    m_metrics.clear();
    m_status.forget();
    if (m_serving) m_host.bus().retract(QLatin1String(time::SyncState::kTopic), m_serving->key.name, why);
}

void TimeService::onUp(qint64 pid) {
    if (!m_serving) return;
    m_host.normal(QStringLiteral("ChronydStarted"), m_startMessage + QStringLiteral(" Process %1.").arg(pid),
                  m_serving->key);
    m_startMessage = QStringLiteral("The time daemon (chronyd) was started again.");
    m_metrics.showRestarts(m_engine.state().restarts);
    m_monitor.start();
}

void TimeService::onDied(const QString& why) {
    m_metrics.showRestarts(m_engine.state().restarts);
    if (m_serving) m_host.warning(QStringLiteral("ChronydDied"), why, m_serving->key);
}

void TimeService::onObserved(const Observation& observation) {
    if (!m_serving || !m_serving->spec.enabled) return;
    const time::SyncState before =
        std::exchange(m_sync, m_estimator.update(observation, m_serving->spec.server.stratum));
    publish(m_host.bus(), m_serving->key.name, m_sync, kTopicTtl);
    m_metrics.show(m_sync, m_estimator.sources(), m_estimator.statistics());
    for (const Happening& happening : happeningsBetween(before, m_sync)) {
        if (happening.severity == Severity::Warning)
            m_host.warning(happening.reason, happening.message, m_serving->key);
        else
            m_host.normal(happening.reason, happening.message, m_serving->key);
    }
    showStatus();
}

void TimeService::showStatus() {
    if (!m_serving) return;
    m_status.show(m_serving->key,
                  describe({m_serving->spec, m_serving->generation, m_serving->unimplemented, m_serving->leftOut,
                            m_engine.state(), m_sync, m_estimator.sources(), m_estimator.statistics()}),
                  std::chrono::steady_clock::now());
}

void TimeService::setReconciled(ConditionStatus status, const QString& reason, const QString& message) {
    if (!m_serving) return;
    m_host.setCondition(m_serving->key, {kReconciled, status, reason, message, m_serving->generation});
    showStatus();
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_supervisor.h"

#include <QDir>
#include <QFileInfo>
#include <QRandomGenerator>
#include <algorithm>

#include "bus/state_bus.h"
#include "fos1/features/validator.h"
#include "fos1/logging.h"
#include "metrics/metric_registry.h"
#include "plugins/local_instance.h"
#include "plugins/plugin_catalog.h"
#include "plugins/runner_launch.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "resources/spec_questions.h"

namespace fos1::host {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

FOS1_LOG(lcPlugins, "host.plugins")

constexpr milliseconds kStopDeadline = 2s;
constexpr milliseconds kStopAllDeadline = 4s;
constexpr milliseconds kAccountsPatience = 10s;
constexpr milliseconds kReapPatience = 300ms;
constexpr milliseconds kReapStep = 5ms;

}  // namespace

PluginSupervisor::PluginSupervisor(const HostConfig& config, const HostServices& services, QObject* parent)
    : QObject(parent),
      m_config(config),
      m_services(services),
      m_trees(runnerProgram()),
      m_conditions(services),
      m_reconciles(services),
      m_floods(m_plugins) {
    m_stopDeadline.setSingleShot(true);
    connect(&m_stopDeadline, &QTimer::timeout, this, [this] {
        for (PluginRecord* record : m_toStop)
            setState(*record, PluginState::Stopped,
                     QStringLiteral("left behind: it did not stop before the deadline of the host"));
        m_toStop.clear();
        stopNext();
    });
    connect(&m_floods, &FloodWatch::flooding, this,
            [this](const QString& id, quint64 count) { m_conditions.flooding(id, count); });
}

PluginSupervisor::~PluginSupervisor() = default;

Errors PluginSupervisor::load() {
    CatalogResult catalog = catalogPlugins(m_config);
    if (!catalog.errors.empty()) return catalog.errors;
    m_plugins = std::move(catalog.records);
    assignUserIds(m_plugins);
    for (const auto& record : m_plugins) {
        record->restartTimer.setSingleShot(true);
        connect(&record->restartTimer, &QTimer::timeout, this, [this, &record = *record] { startOne(record); });
        if (!record->metadata.kinds.isEmpty()) m_conditions.kinds(record->id, undefinedKinds(*record), m_config.crdDir);
        if (record->state == PluginState::Refused)
            setState(*record, PluginState::Refused, record->reason);
        else if (record->isolation == Isolation::Local)
            loadLocal(*record);
        else
            setState(*record, PluginState::Loaded, {});
    }
    return {};
}

PluginFacade::Directories PluginSupervisor::directoriesOf(const PluginRecord& record) const {
    return {m_config.stateDir + u'/' + record.id, m_config.runtimeDir + u'/' + record.id};
}

std::unique_ptr<PluginFacade> PluginSupervisor::makeFacade(PluginRecord& record) {
    return std::make_unique<PluginFacade>(
        record.metadata, record.configuration, directoriesOf(record), m_services,
        [this, &record](Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message) {
            return complete(record, ticket, outcome, retryAfterMs, message);
        });
}

void PluginSupervisor::loadLocal(PluginRecord& record) {
    record.instance.reset();  // delete the previous one before the loader creates another
    auto instance = std::make_unique<LocalInstance>(makeFacade(record));
    if (!record.isOurs) m_conditions.permissions(record.id, record.withheld);
    const QString problem = instance->load(record.metadata.file);
    adopt(record, std::move(instance));
    setState(record, problem.isEmpty() ? PluginState::Loaded : PluginState::Failed, problem);
}

void PluginSupervisor::startRunner(PluginRecord& record, const Accounts& accounts) {
    auto prepared = prepareRunner(record, directoriesOf(record), accounts, m_trees, m_config.stateDir);
    if (!prepared) return onFailed(record, prepared.error().text());
    m_conditions.permissions(record.id, prepared->refused + record.withheld);
    m_conditions.confined(record.id, prepared->remarks);
    adopt(record, std::make_unique<RemoteInstance>(makeFacade(record), std::move(prepared->launch), this));
    record.instance->start();
}

void PluginSupervisor::adopt(PluginRecord& record, std::unique_ptr<PluginInstance> instance) {
    // This call may come from a signal of the replaced instance, so delete it later.
    if (record.instance) record.instance.release()->deleteLater();
    record.instance = std::move(instance);
    PluginInstance* current = record.instance.get();
    connect(current, &PluginInstance::started, this, [this, &record](const QString& why) { onStarted(record, why); });
    connect(current, &PluginInstance::failed, this, [this, &record](const QString& why) { onFailed(record, why); });
    connect(current, &PluginInstance::answered, this, [this, &record](quint64 question, const QCborMap& answer) {
        m_questions.answer(question, record.id, answer);
    });
    connect(current, &PluginInstance::unanswered, this, [this, &record](quint64 question, const QString& why) {
        m_questions.answer(question, record.id, failure(ErrorCode::Protocol, why));
    });
    connect(current, &PluginInstance::slow, this, [&record](const QString& what, qint64 ms) {
        ++record.slowCallbacks;
        qCWarning(lcPlugins).noquote() << "slow callback plugin=" + record.id << "call=" + what
                                       << "ms=" + QString::number(ms);
    });
    connect(current, &PluginInstance::remarked, this, [this, &record](const QString& reason, const QString& message) {
        m_conditions.remark(record.id, reason, message);
    });
}

void PluginSupervisor::startAll() {
    // Start runners first: a local source delivers objects as soon as it starts, and the runners must check them. For
    // the same reason this waits for the user database; the event loop does not run yet.
    for (const Isolation isolation : {Isolation::Remote, Isolation::Local})
        for (const auto& record : m_plugins)
            if (record->isolation == isolation && record->state == PluginState::Loaded)
                startOne(*record, findAccounts(accountsOf(*record)));
    m_floods.start();
}

void PluginSupervisor::startOne(PluginRecord& record, const std::optional<Accounts>& known) {
    record.restartTimer.stop();
    const PluginFacade::Directories directories = directoriesOf(record);
    for (const QString& dir : {directories.state, directories.runtime}) {
        if (QDir().mkpath(dir)) continue;
        setState(record, PluginState::Failed, QStringLiteral("cannot create its directory %1").arg(dir));
        return settle(record);
    }
    const bool isLocal = record.isolation == Isolation::Local;
    if (isLocal && record.state != PluginState::Loaded) loadLocal(record);
    if (isLocal && record.state != PluginState::Loaded) return settle(record);
    setState(record, PluginState::Starting, {});
    record.restartPolicy.started(RestartPolicy::Clock::now());
    if (isLocal) return record.instance->start();
    if (known) return startRunner(record, *known);
    const auto isWaiting = [&record, run = ++record.run] {
        return record.state == PluginState::Starting && record.run == run && !record.instance;
    };
    m_accounts.find(accountsOf(record), [this, &record, isWaiting](const Accounts& accounts) {
        if (isWaiting()) startRunner(record, accounts);
    });
    if (!isWaiting()) return;
    QTimer::singleShot(kAccountsPatience, this, [this, &record, isWaiting] {
        if (isWaiting()) onFailed(record, QStringLiteral("the user database of this machine does not answer"));
    });
}

void PluginSupervisor::onStarted(PluginRecord& record, const QString& why) {
    if (record.state != PluginState::Starting) return;
    record.instance->facade().freezeMetrics();
    if (!why.isEmpty()) {
        if (record.isolation == Isolation::Remote) record.instance->abandon();
        return onFailed(record, QStringLiteral("did not start: ") + why);
    }
    record.isValidator = record.instance->isToBeAsked(IValidator::kIid);
    setState(record, PluginState::Running, {});
    if (!record.metadata.kinds.isEmpty()) m_services.queue.request(record.id);
    settle(record);
}

void PluginSupervisor::onFailed(PluginRecord& record, const QString& reason) {
    const bool wasStopping = record.state == PluginState::Stopping;
    if (record.instance) record.instance->facade().revoke();
    if (record.isolation == Isolation::Local) {
        setState(record, PluginState::Failed, reason);
    } else if (wasStopping || m_isStopping) {
        setState(record, PluginState::Stopped, reason);
    } else {
        const auto decision =
            record.restartPolicy.failed(RestartPolicy::Clock::now(), QRandomGenerator::global()->generateDouble());
        if (decision.isRest) {
            setState(record, PluginState::Resting,
                     QStringLiteral("%1; this was failure %2 in a row, so the plugin rests for %3 min (fos1ctl plugin "
                                    "restart %4 retries now)")
                         .arg(reason)
                         .arg(record.restartPolicy.failures())
                         .arg(decision.delay.count() / 60'000)
                         .arg(record.id));
        } else {
            ++record.restarts;
            setState(record, PluginState::Restarting, reason);
        }
        record.restartTimer.start(decision.delay);
    }
    withdraw(record, reason);
    // Its own process has exited or is about to. A plugin that failed in our process stays, because something may still
    // refer to it.
    if (record.isolation == Isolation::Remote && record.instance) record.instance.release()->deleteLater();
    settle(record);
}

bool PluginSupervisor::threw(const QStringList& files, const QString& what) {
    for (const QString& file : files) {
        const auto thrower = std::find_if(m_plugins.begin(), m_plugins.end(), [&](const auto& record) {
            return record->isolation == Isolation::Local && record->instance &&
                   QFileInfo(record->metadata.file).canonicalFilePath() == file;
        });
        if (thrower == m_plugins.end()) continue;
        // A plugin that threw stays loaded, and its timers go on.
        if ((*thrower)->state != PluginState::Failed) onFailed(**thrower, what);
        return true;
    }
    return false;
}

void PluginSupervisor::withdraw(PluginRecord& record, const QString& reason) {
    m_services.bus.retractAll(record.id, reason);
    m_services.metrics.clear(record.id);
    m_reconciles.drop(record.id);
    m_pending.failAll(record.id, reason);
    m_questions.failAll(record.id, reason);
}

void PluginSupervisor::stopOne(PluginRecord& record, const Done& done) {
    if (record.state == PluginState::Starting) {
        // Only a runner can be in this state. It may not have loaded the plugin yet, so there is no plugin to stop.
        if (record.instance) {
            record.instance->abandon();
            record.instance.release()->deleteLater();
        }
        withdraw(record, QStringLiteral("the plugin was stopped"));
        setState(record, PluginState::Stopped, {});
        settle(record);
        return done(Outcome::Ok, {});
    }
    setState(record, PluginState::Stopping, {});
    m_reconciles.drop(record.id);
    const Ticket ticket = m_services.queue.nextTicket();
    m_pending.expect(ticket, record.id, kStopDeadline, [this, &record, done](Outcome outcome, const QString& message) {
        const bool isOk = outcome == Outcome::Ok;
        // A plugin that threw from stop() already has its state.
        if (record.state == PluginState::Stopping) {
            if (record.instance) record.instance->facade().revoke();
            record.isLeftBehind = !isOk && record.isolation == Isolation::Local;
            if (record.instance && record.isolation == Isolation::Remote) {
                if (!isOk) record.instance->abandon();
                record.instance.release()->deleteLater();
            }
            withdraw(record, QStringLiteral("the plugin was stopped"));
            setState(record, PluginState::Stopped, isOk ? QString() : QStringLiteral("did not stop: ") + message);
        }
        done(outcome, message);
    });
    record.instance->stop(ticket);
}

/// The plugins that the next host will load as this one did.
std::vector<const PluginRecord*> PluginSupervisor::continued(Ending ending) const {
    std::vector<const PluginRecord*> list;
    if (ending != Ending::Restart) return list;
    const auto next = loadHostConfig(m_config.file);
    for (const auto& record : m_plugins) {
        if (!next || !record->metadata.outlivesRestart || !next->plugins.contains(record->id)) continue;
        const auto section = checkPluginSection(*next, record->id, record->metadata.configSchema);
        if (section && *section == record->configuration) list.push_back(record.get());
    }
    return list;
}

void PluginSupervisor::leave(PluginRecord& record) {
    if (record.instance) {
        record.instance->facade().revoke();
        if (record.isolation == Isolation::Remote) {
            record.instance->abandon();
            record.instance.release()->deleteLater();
        }
    }
    setState(record, PluginState::Stopped, QStringLiteral("the next host continues with it"));
}

void PluginSupervisor::stopAll(Ending ending, std::function<void()> done) {
    m_isStopping = true;
    m_floods.stop();
    m_stopped = std::move(done);
    m_stopDeadline.start(kStopAllDeadline);
    const std::vector<const PluginRecord*> left = continued(ending);
    std::vector<PluginRecord*> runners;
    for (const auto& record : m_plugins) {
        record->restartTimer.stop();
        if (record->state != PluginState::Running && record->state != PluginState::Starting) continue;
        if (std::find(left.begin(), left.end(), record.get()) != left.end()) {
            leave(*record);
            continue;
        }
        (record->isolation == Isolation::Remote ? runners : m_toStop).push_back(record.get());
    }
    // Stop all runners in parallel, then the local plugins one by one.
    m_runnersToStop = runners.size() + 1;
    const auto oneDone = [this](Outcome, const QString&) {
        if (--m_runnersToStop == 0) stopNext();
    };
    for (PluginRecord* record : runners) stopOne(*record, oneDone);
    oneDone(Outcome::Ok, {});
}

void PluginSupervisor::stopNext() {
    if (m_toStop.empty()) {
        m_stopDeadline.stop();
        return awaitRunners(kReapPatience);
    }
    PluginRecord& record = *m_toStop.back();
    m_toStop.pop_back();
    stopOne(record, [this](Outcome, const QString&) { stopNext(); });
}

/// Waits for killed runners: the host does not exit before them.
void PluginSupervisor::awaitRunners(milliseconds patience) {
    const bool isAlone = findChildren<RunnerProcess*>().isEmpty();
    if (!isAlone && patience > 0ms) {
        QTimer::singleShot(kReapStep, this, [this, patience] { awaitRunners(patience - kReapStep); });
        return;
    }
    if (const auto done = std::exchange(m_stopped, nullptr)) done();
}

void PluginSupervisor::reconcile(const QString& pluginId, Ticket ticket) {
    const PluginRecord* record = find(pluginId);
    if (record && record->state == PluginState::Running)
        m_reconciles.begin(*record, ticket);
    else
        m_services.queue.drop(pluginId);
}

bool PluginSupervisor::complete(PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs,
                                const QString& message) {
    return m_pending.complete(ticket, record.id, outcome, message) ||
           m_reconciles.complete(record, ticket, outcome, retryAfterMs, message);
}

void PluginSupervisor::requestKinds(const QStringList& kinds) {
    for (const auto& record : m_plugins) {
        const auto& own = record->metadata.kinds;
        const bool isConcerned =
            std::any_of(own.begin(), own.end(), [&](const QString& kind) { return kinds.contains(kind); });
        if (isConcerned && record->state == PluginState::Running) m_services.queue.request(record->id);
    }
}

int PluginSupervisor::pending(const QString& kind) const {
    return static_cast<int>(std::count_if(m_plugins.begin(), m_plugins.end(), [&](const auto& record) {
        return record->state == PluginState::Running && record->metadata.kinds.contains(kind) &&
               !m_services.queue.isSettled(record->id);
    }));
}

QStringList PluginSupervisor::undefinedKinds(const PluginRecord& record) const {
    QStringList kinds;
    for (const QString& kind : record.metadata.kinds)
        if (!m_services.specs.isDefined(kind)) kinds.append(kind);
    return kinds;
}

PluginRecord* PluginSupervisor::find(const QString& id) const {
    const auto it = std::find_if(m_plugins.begin(), m_plugins.end(), [&](const auto& p) { return p->id == id; });
    return it == m_plugins.end() ? nullptr : it->get();
}

void PluginSupervisor::settle(PluginRecord& record) {
    for (const Done& done : std::exchange(record.onSettled, {}))
        done(record.state == PluginState::Running ? Outcome::Ok : Outcome::Failed, record.reason);
}

void PluginSupervisor::setState(PluginRecord& record, PluginState state, const QString& reason) {
    record.state = state;
    record.reason = reason;
    m_conditions.state(record);
    Q_EMIT changed(record.id);
}

}  // namespace fos1::host

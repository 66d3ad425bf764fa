// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/plugin_supervisor.h"

#include <QCborArray>
#include <QDir>
#include <QElapsedTimer>
#include <exception>

#include "bus/state_bus.h"
#include "fos1/condition.h"
#include "fos1/features/validator.h"
#include "fos1/logging.h"
#include "metrics/metric_registry.h"
#include "resources/reconcile_queue.h"
#include "resources/resource_store.h"
#include "status/event_log.h"
#include "status/status_store.h"

namespace fos1::host {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

FOS1_LOG(lcPlugins, "host.plugins")

constexpr qint64 kCallbackBudgetMs = 50;
constexpr milliseconds kStopDeadline = 2s;
constexpr milliseconds kStopAllDeadline = 4s;
constexpr milliseconds kWriteDeadline = 5s;
constexpr milliseconds kReconcileDeadline = 60s;

}  // namespace

QString toText(PluginState state) {
    switch (state) {
        case PluginState::Refused: return QStringLiteral("Refused");
        case PluginState::Loaded: return QStringLiteral("Loaded");
        case PluginState::Running: return QStringLiteral("Running");
        case PluginState::Failed: return QStringLiteral("Failed");
        case PluginState::Stopping: return QStringLiteral("Stopping");
        case PluginState::Stopped: return QStringLiteral("Stopped");
        case PluginState::Unknown: break;
    }
    return QStringLiteral("Unknown");
}

PluginSupervisor::PluginSupervisor(const HostConfig& config, const HostServices& services, QObject* parent)
    : QObject(parent), m_config(config), m_services(services) {
    m_stopDeadline.setSingleShot(true);
    connect(&m_stopDeadline, &QTimer::timeout, this, [this] {
        for (PluginRecord* record : m_toStop)
            setState(*record, PluginState::Stopped, QStringLiteral("left behind: the host had no more time"));
        m_toStop.clear();
        stopNext();
    });
}

PluginSupervisor::~PluginSupervisor() = default;

Errors PluginSupervisor::load() {
    // Metadata of every shared object by id; the file name does not count.
    std::map<QString, Result<PluginMetadata>> found;
    for (const QString& dirName : m_config.pluginDirs) {
        const QFileInfoList files = QDir(dirName).entryInfoList({QStringLiteral("*.so")}, QDir::Files, QDir::Name);
        for (const QFileInfo& file : files) {
            auto metadata = readPluginMetadata(file.absoluteFilePath());
            if (!metadata) {
                found.emplace(file.completeBaseName(),
                              failure(ErrorCode::Refused, joined(metadata.error()), file.absoluteFilePath()));
                continue;
            }
            const QString id = metadata->id;
            const auto same = found.find(id);
            if (same == found.end())
                found.emplace(id, *metadata);
            else if (same->second)
                same->second = failure(ErrorCode::Refused, QStringLiteral("two files have the id \"%1\": %2 and %3")
                                                               .arg(id, same->second->file, metadata->file));
        }
    }

    Errors errors;
    for (const auto& [id, section] : m_config.plugins) {
        PluginRecord& record = *m_plugins.emplace_back(std::make_unique<PluginRecord>());
        record.id = id;
        discover(record, found);
        if (record.state != PluginState::Unknown) continue;
        auto configuration = checkPluginSection(m_config, id, record.metadata.configSchema);
        if (!configuration) {
            errors.insert(errors.end(), configuration.error().begin(), configuration.error().end());
            continue;
        }
        record.configuration = *configuration;
    }
    if (!errors.empty()) return errors;
    for (const auto& record : m_plugins)
        if (record->state == PluginState::Unknown) loadOne(*record);
    return {};
}

void PluginSupervisor::discover(PluginRecord& record, const std::map<QString, Result<PluginMetadata>>& found) {
    const auto it = found.find(record.id);
    if (it == found.end()) {
        setState(record, PluginState::Refused,
                 QStringLiteral("no plugin with the id \"%1\" in %2").arg(record.id, m_config.pluginDirs.join(u", ")));
        return;
    }
    if (!it->second) {
        setState(record, PluginState::Refused, it->second.error().text());
        return;
    }
    record.metadata = *it->second;
    if (record.metadata.isolation != Isolation::Local) {
        setState(record, PluginState::Refused,
                 QStringLiteral("asks for isolation \"%1\"; this version runs plugins only in its own process "
                                "(isolation \"local\")")
                     .arg(toText(record.metadata.isolation)));
        return;
    }
    for (const QString& iid : record.metadata.requiredFeatures) {
        if (PluginFacade::offeredFeatures().contains(iid)) continue;
        setState(record, PluginState::Refused,
                 QStringLiteral("requires the feature \"%1\"; offered are %2")
                     .arg(iid, PluginFacade::offeredFeatures().join(u", ")));
        return;
    }
    for (const auto& other : m_plugins) {
        if (other.get() == &record || other->state == PluginState::Refused) continue;
        for (const QString& topic : record.metadata.publishes) {
            if (!other->metadata.publishes.contains(topic)) continue;
            setState(record, PluginState::Refused,
                     QStringLiteral("publishes %1, which belongs to plugin \"%2\"").arg(topic, other->id));
            return;
        }
    }
}

void PluginSupervisor::loadOne(PluginRecord& record) {
    record.loader = std::make_unique<QPluginLoader>(record.metadata.file);
    QObject* root = nullptr;
    call(record, "load", [&] { root = record.loader->instance(); });
    if (record.state == PluginState::Failed) return;
    record.plugin = qobject_cast<IPlugin*>(root);
    if (!record.plugin) {
        setState(record, PluginState::Failed,
                 root ? QStringLiteral("its root object does not implement " FOS1_PLUGIN_IID)
                      : record.loader->errorString());
        return;
    }
    const PluginFacade::Directories directories{m_config.stateDir + u'/' + record.id,
                                                m_config.runtimeDir + u'/' + record.id};
    record.facade = std::make_unique<PluginFacade>(
        record.metadata, record.configuration, directories, m_services,
        [this, &record](Ticket ticket, Outcome outcome, int retryAfterMs, const QString& message) {
            return complete(record, ticket, outcome, retryAfterMs, message);
        });
    setState(record, PluginState::Loaded, {});
}

void PluginSupervisor::startAll() {
    for (const auto& record : m_plugins)
        if (record->state == PluginState::Loaded) startOne(*record);
}

void PluginSupervisor::startOne(PluginRecord& record) {
    for (const QString& dir : {record.facade->stateDirectory(), record.facade->runtimeDirectory()}) {
        if (QDir().mkpath(dir)) continue;
        setState(record, PluginState::Failed, QStringLiteral("cannot make its directory %1").arg(dir));
        return;
    }
    QString why;
    call(record, "start", [&] { why = record.plugin->start(record.facade.get()); });
    record.facade->freezeMetrics();
    if (record.state == PluginState::Failed) return;
    if (!why.isEmpty()) {
        m_services.bus.retractAll(record.id, QStringLiteral("the plugin did not start"));
        setState(record, PluginState::Failed, why);
        return;
    }
    setState(record, PluginState::Running, {});
    if (!record.metadata.kinds.isEmpty()) m_services.queue.request(record.id);
}

void PluginSupervisor::stopAll(std::function<void()> done) {
    m_stopped = std::move(done);
    for (const auto& record : m_plugins)
        if (record->state == PluginState::Running) m_toStop.push_back(record.get());
    m_stopDeadline.start(kStopAllDeadline);
    stopNext();
}

void PluginSupervisor::stopNext() {
    if (m_toStop.empty()) {
        m_stopDeadline.stop();
        if (const auto done = std::exchange(m_stopped, nullptr)) done();
        return;
    }
    PluginRecord& record = *m_toStop.back();
    m_toStop.pop_back();
    setState(record, PluginState::Stopping, {});
    m_services.queue.drop(record.id);
    const Ticket ticket = expect(record.id, kStopDeadline, [this, &record](Outcome outcome, const QString& message) {
        m_services.bus.retractAll(record.id, QStringLiteral("the plugin was stopped"));
        m_services.metrics.clear(record.id);
        setState(record, PluginState::Stopped, outcome == Outcome::Ok ? QString() : message);
        stopNext();
    });
    call(record, "stop", [&] { record.plugin->stop(ticket); });
    if (record.state == PluginState::Failed) finish(ticket, Outcome::Failed, record.reason);
}

void PluginSupervisor::reconcile(const QString& pluginId, Ticket ticket) {
    PluginRecord* record = find(pluginId);
    if (!record || record->state != PluginState::Running) {
        m_services.queue.drop(pluginId);
        return;
    }
    auto deadline = std::make_unique<QTimer>();
    deadline->setSingleShot(true);
    connect(deadline.get(), &QTimer::timeout, this, [this, pluginId] { reportStuck(pluginId); });
    deadline->start(kReconcileDeadline);
    m_reconciling[pluginId] = {ticket, std::move(deadline)};
    const QCborMap snapshot = m_services.resources.snapshot(record->metadata.kinds);
    call(*record, "reconcile", [&] { record->plugin->reconcile(snapshot, ticket); });
}

void PluginSupervisor::reportStuck(const QString& pluginId) {
    const QString message =
        QStringLiteral("The plugin has not answered for %1 s; the desired state may not be in force.")
            .arg(kReconcileDeadline.count() / 1000);
    qCWarning(lcPlugins).noquote() << "reconcile plugin=" + pluginId << message;
    m_services.status.setCondition(
        StatusStore::pluginKey(pluginId),
        Condition{QStringLiteral("Reconciled"), ConditionStatus::Unknown, QStringLiteral("NoAnswer"), message, 0}
            .toCbor());
}

void PluginSupervisor::requestKinds(const QStringList& kinds) {
    for (const auto& record : m_plugins) {
        const auto& own = record->metadata.kinds;
        const bool isConcerned =
            std::any_of(own.begin(), own.end(), [&](const QString& kind) { return kinds.contains(kind); });
        if (isConcerned && record->state == PluginState::Running) m_services.queue.request(record->id);
    }
}

Errors PluginSupervisor::validate(const QCborMap& object) const {
    Errors errors;
    const QString kind =
        object.value(QStringLiteral("apiVersion")).toString() + u'/' + object.value(QStringLiteral("kind")).toString();
    for (const auto& record : m_plugins) {
        if (!record->plugin || !record->metadata.kinds.contains(kind)) continue;
        auto* validator = static_cast<IValidator*>(record->plugin->query(QString::fromLatin1(IValidator::kIid)));
        if (!validator) continue;
        const QCborArray found = validator->validate(object).value(QStringLiteral("errors")).toArray();
        for (const QCborValue& error : found)
            errors.push_back({ErrorCode::InvalidInput, error.toMap().value(QStringLiteral("message")).toString(),
                              error.toMap().value(QStringLiteral("path")).toString()});
    }
    return errors;
}

ISpecWriter* PluginSupervisor::writer(QString* pluginId) const {
    for (const auto& record : m_plugins) {
        if (record->state != PluginState::Running) continue;
        IInterface* found = record->plugin->query(QString::fromLatin1(ISpecWriter::kIid));
        *pluginId = record->id;
        if (found) return static_cast<ISpecWriter*>(found);
    }
    return nullptr;
}

void PluginSupervisor::write(const QCborMap& object, Done done) {
    QString id;
    ISpecWriter* to = writer(&id);
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can store objects"));
    to->write(object, expect(id, kWriteDeadline, std::move(done)));
}

void PluginSupervisor::erase(const ObjectKey& key, Done done) {
    QString id;
    ISpecWriter* to = writer(&id);
    if (!to) return done(Outcome::Failed, QStringLiteral("no running plugin can remove objects"));
    to->erase(key.toCbor(), expect(id, kWriteDeadline, std::move(done)));
}

void PluginSupervisor::startPlugin(const QString&, Done done) { done(Outcome::Failed, {}); }
void PluginSupervisor::stopPlugin(const QString&, Done done) { done(Outcome::Failed, {}); }
void PluginSupervisor::restartPlugin(const QString&, Done done) { done(Outcome::Failed, {}); }

PluginRecord* PluginSupervisor::find(const QString& id) const {
    const auto it = std::find_if(m_plugins.begin(), m_plugins.end(), [&](const auto& p) { return p->id == id; });
    return it == m_plugins.end() ? nullptr : it->get();
}

Ticket PluginSupervisor::expect(const QString& pluginId, milliseconds deadline, Done done) {
    const Ticket ticket = m_services.queue.nextTicket();
    auto timer = std::make_unique<QTimer>();
    timer->setSingleShot(true);
    connect(timer.get(), &QTimer::timeout, this, [this, ticket, deadline] {
        finish(ticket, Outcome::Failed, QStringLiteral("no answer within %1 ms").arg(deadline.count()));
    });
    timer->start(deadline);
    m_pending.emplace(ticket, Pending{pluginId, std::move(done), std::move(timer)});
    return ticket;
}

void PluginSupervisor::finish(Ticket ticket, Outcome outcome, const QString& message) {
    const auto it = m_pending.find(ticket);
    if (it == m_pending.end()) return;
    Pending pending = std::move(it->second);
    m_pending.erase(it);
    // The timer may be the sender of the signal that brought us here.
    pending.deadline->stop();
    pending.deadline.release()->deleteLater();
    pending.done(outcome, message);
}

bool PluginSupervisor::complete(PluginRecord& record, Ticket ticket, Outcome outcome, int retryAfterMs,
                                const QString& message) {
    if (const auto it = m_pending.find(ticket); it != m_pending.end()) {
        if (it->second.pluginId != record.id) return false;
        // Never re-entrantly: a plugin may complete from inside the call that gave it the ticket.
        QTimer::singleShot(0, this, [this, ticket, outcome, message] { finish(ticket, outcome, message); });
        return true;
    }
    const auto running = m_reconciling.find(record.id);
    if (running == m_reconciling.end() || running->second.ticket != ticket) return false;
    m_reconciling.erase(running);
    if (!m_services.queue.complete(ticket, outcome, milliseconds(retryAfterMs))) return false;

    const bool isOk = outcome == Outcome::Ok;
    const QString reason = isOk                        ? QStringLiteral("InForce")
                           : outcome == Outcome::Retry ? QStringLiteral("Retrying")
                                                       : QStringLiteral("Failed");
    m_services.status.setCondition(
        StatusStore::pluginKey(record.id),
        Condition{QStringLiteral("Reconciled"), isOk ? ConditionStatus::True : ConditionStatus::False, reason,
                  isOk && message.isEmpty() ? QStringLiteral("The desired state is in force.") : message, 0}
            .toCbor());
    if (!isOk) qCWarning(lcPlugins).noquote() << "reconcile plugin=" + record.id << "outcome=" + reason << message;
    return true;
}

void PluginSupervisor::call(PluginRecord& record, const char* what, const std::function<void()>& act) {
    QElapsedTimer timer;
    timer.start();
    try {
        act();
    } catch (const std::exception& e) {
        setState(record, PluginState::Failed,
                 QStringLiteral("threw from %1: %2").arg(QLatin1String(what), QString::fromLocal8Bit(e.what())));
    } catch (...) {
        setState(record, PluginState::Failed, QStringLiteral("threw from %1").arg(QLatin1String(what)));
    }
    if (record.state == PluginState::Failed) m_services.bus.retractAll(record.id, record.reason);
    const qint64 elapsed = timer.elapsed();
    // Loading and starting may link libraries and make directories; the budget is for what happens while others wait.
    if (elapsed > kCallbackBudgetMs && record.state == PluginState::Running) {
        ++record.slowCallbacks;
        qCWarning(lcPlugins).noquote() << "slow callback plugin=" + record.id << "call=" + QLatin1String(what)
                                       << "ms=" + QString::number(elapsed);
    }
}

void PluginSupervisor::setState(PluginRecord& record, PluginState state, const QString& reason) {
    record.state = state;
    record.reason = reason;
    Q_EMIT changed(record.id);
    const bool isBad = state == PluginState::Refused || state == PluginState::Failed;
    const QString text = reason.isEmpty() ? QStringLiteral("The plugin is %1.").arg(toText(state).toLower()) : reason;
    m_services.status.setCondition(
        StatusStore::pluginKey(record.id),
        Condition{QStringLiteral("Ready"),
                  state == PluginState::Running ? ConditionStatus::True : ConditionStatus::False, toText(state), text,
                  0}
            .toCbor());
    if (isBad) {
        qCWarning(lcPlugins).noquote() << "plugin=" + record.id << "state=" + toText(state) << reason;
        m_services.events.record({QStringLiteral("Warning"),
                                  QStringLiteral("Plugin") + toText(state),
                                  record.id + QStringLiteral(": ") + reason,
                                  {},
                                  QStringLiteral("host"),
                                  1,
                                  {},
                                  {}});
    } else {
        qCInfo(lcPlugins).noquote() << "plugin=" + record.id << "state=" + toText(state);
    }
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <sys/stat.h>

#include <QCborArray>
#include <QDir>
#include <QFile>
#include <set>

#include "config.h"
#include "config_check.h"
#include "control/control_methods.h"
#include "fos1/logging.h"
#include "host_paths.h"
#include "plugins/thrown.h"
#include "state_format.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcHost, "host")
}  // namespace

Host::Host(HostConfig config, schema::CrdCatalog crds, QObject* parent)
    : QObject(parent),
      m_config(std::move(config)),
      m_crds(std::move(crds)),
      m_admission(m_crds, {[this](const QCborMap& object) { return m_plugins.questions().validate(object); },
                           [this](const QCborMap& object, OnOpinion answered) {
                               return m_plugins.questions().askValidators(object, std::move(answered));
                           }}),
      m_resources([this](const QCborMap& object) { return m_admission.admit(object); }),
      m_queue([this](const QString& plugin, Ticket ticket) { m_plugins.reconcile(plugin, ticket); }),
      m_desk({m_resources, m_queue, m_status, m_events},
             [this](const StoredObject& object, OnOpinion answered) {
                 // Decode the object only when a plugin in a runner handles its kind.
                 return m_plugins.questions().isInRunner(kindId(object.key)) &&
                        m_admission.ask(object.object(), std::move(answered));
             }),
      m_specs{[this] { return reconciledKinds(); },
              [this](const QString& kind) { return m_plugins.pending(kind) + (m_desk.isHolding() ? 1 : 0); },
              [this](const QString& kind) {
                  return m_crds.find(kind.section(u'/', 0, -2), kind.section(u'/', -1)) != nullptr;
              },
              [this](const QCborMap& object) {
                  const schema::ResourceKind* kind = m_crds.find(object.value(QStringLiteral("apiVersion")).toString(),
                                                                 object.value(QStringLiteral("kind")).toString());
                  return kind ? kind->schema.masked(object).toMap() : object;
              }},
      m_services{m_bus, m_resources, m_desk, m_queue, m_status, m_events, m_metrics, m_specs},
      m_plugins(m_config, m_services),
      m_pluginMetrics(m_metrics, m_plugins.plugins()),
      m_ownMetrics(m_metrics, QStringLiteral("host")),
      m_longTurns(
          counter(m_ownMetrics, "fos1_long_turns_total", "Events that held the event loop for more than 50 ms")),
      m_health(m_plugins, m_queue),
      m_control(m_dispatcher),
      m_dbus(m_config, m_services, m_plugins, m_health) {
    connect(&m_resources, &ResourceStore::changed, &m_plugins, &PluginSupervisor::requestKinds);
    connect(&m_dbus, &DbusFace::stateChanged, this, [this] { m_health.dbus = m_dbus.state(); });
    connect(&m_status, &StatusStore::changed, this,
            [this](const ObjectKey& key) { m_health.observe(key, m_status.conditions(key)); });
    connect(&m_resources, &ResourceStore::removed, this, [this](const ObjectKey& key) { m_status.forget(key); });
    addControlMethods(m_dispatcher, {m_config, m_services, m_crds, m_admission, m_plugins, m_health, m_lists});
    connect(&m_control, &ControlServer::reopened, this, [this](const QString& why) {
        m_events.warning(QStringLiteral("ControlSocketReopened"),
                         QStringLiteral("The control socket is open again: %1.").arg(why));
    });
    m_longTurns.set(0);
    addRoutes();
}

Host::~Host() = default;

QStringList Host::pageCommands() const {
    QStringList commands;
    for (const auto& record : m_plugins.plugins()) {
        if (record->metadata.pages.isEmpty()) continue;
        commands.append(record->metadata.command.value(u"name").toString() + u' ' +
                        record->metadata.pages.first().toObject().value(u"name").toString());
    }
    return commands;
}

QCborMap Host::reconciledKinds() const {
    std::set<QString> wanted;
    for (const auto& record : m_plugins.plugins())
        for (const QString& kind : record->metadata.kinds) wanted.insert(kind);
    QCborArray list;
    for (const schema::ResourceKind& kind : m_crds.kinds()) {
        if (!wanted.contains(kind.apiVersion + u'/' + kind.kind)) continue;
        QCborMap entry{{QStringLiteral("apiVersion"), kind.apiVersion},
                       {QStringLiteral("kind"), kind.kind},
                       {QStringLiteral("plural"), kind.plural},
                       {QStringLiteral("namespaced"), kind.namespaced},
                       {QStringLiteral("withdrawFirst"), kind.isWithdrawnFirst},
                       {QStringLiteral("status"), kind.status}};
        if (const schema::ResourceKind* detail = m_crds.find(kind.apiVersion, kind.nodeDetail))
            entry.insert(QStringLiteral("nodeDetail"), QCborMap{{QStringLiteral("kind"), detail->kind},
                                                                {QStringLiteral("plural"), detail->plural},
                                                                {QStringLiteral("status"), detail->status}});
        list.append(entry);
    }
    return {{QStringLiteral("kinds"), list}};
}

Errors Host::makeDirectories() {
    Errors errors;
    const mode_t before = ::umask(0022);
    for (const QString& dir : {m_config.stateDir, m_config.runtimeDir, QFileInfo(m_config.controlSocket).path()})
        if (!QDir().mkpath(dir)) errors.push_back({ErrorCode::Io, QStringLiteral("cannot be created"), dir});
    ::umask(before);
    for (const QString& dir : {m_config.stateDir, m_config.runtimeDir})
        if (const auto safe = checkOwner(dir); errors.empty() && !safe) errors.push_back(safe.error());
    return errors;
}

Errors Host::check() {
    Errors errors = checkAgainstMachine(m_config);
    const Errors sections = m_plugins.load();
    errors.insert(errors.end(), sections.begin(), sections.end());
    if (!sections.empty()) return errors;
    for (const auto& record : m_plugins.plugins()) {
        const QString path = QStringLiteral("plugins.") + record->id;
        const auto add = [&](const QString& why) {
            errors.push_back({ErrorCode::Refused, path + QStringLiteral(": ") + why, m_config.document.locate(path)});
        };
        if (record->state == PluginState::Refused || record->state == PluginState::Failed) add(record->reason);
        if (const QStringList kinds = m_plugins.undefinedKinds(*record); !kinds.isEmpty())
            add(QStringLiteral("reconciles %1, which no CRD in %2 defines").arg(kinds.join(u", "), m_config.crdDir));
    }
    return errors;
}

Errors Host::start() {
    if (Errors errors = makeDirectories(); !errors.empty()) return errors;
    if (const auto locked = m_lock.take(m_config.stateDir); !locked) return {locked.error()};
    if (const auto current = bringUpToDate(m_config.stateDir, stateMigrations()); !current) return {current.error()};
    if (Errors errors = m_plugins.load(); !errors.empty()) return errors;
    for (const auto& record : m_plugins.plugins())
        for (const FactSource& fact : record->metadata.facts) m_facts.add(fact);
    if (const auto listening = m_control.listen(m_config.controlSocket, m_config.controlGroup); !listening)
        return {listening.error()};
    if (m_config.httpEnabled) {
        if (const auto listening = m_http.listen(m_config.httpAddress, m_config.httpPort); !listening)
            return {listening.error()};
        m_health.httpUrl = m_http.url();
    }
    m_plugins.startAll();
    m_health.setStarted();
    m_dbus.start(installedPath(QStringLiteral(FOS1_SCHEMA_DIR)));
    m_notifier.ready(QStringLiteral("%1 plugins").arg(m_plugins.plugins().size()));
    qCInfo(lcHost).noquote() << "started version=" FOS1_VERSION << "config=" + m_config.file;
    return {};
}

void Host::reload() {
    if (m_isStopping) return;
    qCInfo(lcHost).noquote() << "SIGHUP: reads all manifests again; for the section of a plugin in" << m_config.file
                             << "use: fos1ctl plugin restart ID; everything else in it needs a restart of the host";
    for (const auto& record : m_plugins.plugins()) {
        if (record->state != PluginState::Running ||
            !record->metadata.requiredFeatures.contains(QLatin1String(ISpecSource::kIid)))
            continue;
        m_plugins.restartPlugin(record->id, [id = record->id](Outcome outcome, const QString& message) {
            if (outcome == Outcome::Ok)
                qCInfo(lcHost).noquote() << "reloaded plugin=" + id;
            else
                qCWarning(lcHost).noquote() << "not reloaded plugin=" + id << message;
        });
    }
}

bool Host::pluginThrew(const std::exception_ptr& exception, const char* receiver) {
    return m_plugins.threw(originOf(exception),
                           QStringLiteral("threw from an event of ") + QLatin1String(receiver) + textOf(exception));
}

void Host::tookLong(std::chrono::nanoseconds took, const char* receiver) {
    m_longTurns.set(++m_longTurnCount);
    qCDebug(lcHost).noquote() << "event=long-turn ms=" + QString::number(took.count() / 1'000'000)
                              << "receiver=" + QLatin1String(receiver);
}

void Host::stop(Ending ending) {
    if (m_isStopping) return;
    m_isStopping = true;
    m_health.setStopping();
    m_notifier.stopping();
    qCInfo(lcHost) << (ending == Ending::Restart ? "stopping for a restart" : "stopping");
    m_plugins.stopAll(ending, [this] { Q_EMIT stopped(); });
}

void Host::addRoutes() {
    const auto metrics = [this](const HttpRequest&) {
        m_pluginMetrics.show();
        return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", m_metrics.serialize()};
    };
    m_http.route("/metrics", metrics, HttpServer::Answer::Shared);
    m_http.route("/healthz", [](const HttpRequest&) { return HttpResponse{200, "text/plain; charset=utf-8", "ok\n"}; });
    m_http.route("/readyz", [this](const HttpRequest&) {
        const QStringList reasons = m_health.notReady();
        if (reasons.isEmpty()) return HttpResponse{200, "text/plain; charset=utf-8", "ok\n"};
        return HttpResponse{503, "text/plain; charset=utf-8", reasons.join(u'\n').toUtf8() + '\n'};
    });
}

}  // namespace fos1::host

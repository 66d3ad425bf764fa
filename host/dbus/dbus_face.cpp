// SPDX-License-Identifier: GPL-2.0-or-later
#include "dbus/dbus_face.h"

#include <QElapsedTimer>

#include "bus/state_bus.h"
#include "dbus/caller_rights.h"
#include "dbus/topic_object.h"
#include "faces/views.h"
#include "fos1/cbor_size.h"
#include "fos1/logging.h"
#include "health/host_health.h"
#include "host_config.h"
#include "plugins/plugin_supervisor.h"
#include "resources/reconcile_queue.h"
#include "status/status_store.h"

namespace fos1::host {

namespace {
FOS1_LOG(lcDbus, "host.dbus")

// One message lists all objects, and the system bus accepts no message above 32 MiB. On D-Bus a value takes at most
// four times its CBOR bytes, and an object without its value about 1 KiB.
constexpr std::size_t kMaxTopicObjects = 8192;
constexpr qsizetype kMaxShownBytes = 5 << 20;

constexpr qint64 kMaxTurnMs = 5;  ///< of adding, changing and removing objects

using dbus::DbusType;

const dbus::ViewInterface& hostInterface() {
    static const dbus::ViewInterface interface {
        dbus::kHostInterface, {
            {"version", "Version", DbusType::Text}, {"state", "State", DbusType::Text},
                {"ready", "Ready", DbusType::Boolean}, {
                "notReady", "NotReady", DbusType::Texts
            }
        }
    };
    return interface;
}

const dbus::ViewInterface& pluginInterface() {
    static const dbus::ViewInterface interface {
        dbus::kPluginInterface,
            {{"id", "Id", DbusType::Text},
             {"version", "Version", DbusType::Text},
             {"state", "State", DbusType::Text},
             {"reason", "Reason", DbusType::Text},
             {"isolation", "Isolation", DbusType::Text},
             {"conditions", "Conditions", DbusType::Objects}},
            dbus::PluginActions::methods()
    };
    return interface;
}

}  // namespace

DbusFace::DbusFace(const HostConfig& config, const HostServices& services, PluginSupervisor& plugins,
                   const HostHealth& health, QObject* parent)
    : QObject(parent),
      m_config(config),
      m_services(services),
      m_plugins(plugins),
      m_health(health),
      m_tree(m_link),
      m_actions(plugins, m_link) {
    m_showTimer.setSingleShot(true);
    m_showTimer.setInterval(0);
    connect(&m_showTimer, &QTimer::timeout, this, &DbusFace::showTopics);
    connect(&m_link, &dbus::BusLink::stateChanged, this, &DbusFace::stateChanged);
    connect(&m_link, &dbus::BusLink::up, this, &DbusFace::show);
    connect(&m_link, &dbus::BusLink::down, this, [this] {
        m_showTimer.stop();
        m_toShow.clear();
        m_actions.forget();
        m_tree.clear();
        m_shown.clear();
        m_shownBytes = 0;
    });
    connect(&m_services.bus, &StateBus::delivered, this, &DbusFace::planTopic);
    connect(&m_services.queue, &ReconcileQueue::opened, this, &DbusFace::showHost);
    connect(&m_plugins, &PluginSupervisor::changed, this, [this](const QString& id) {
        if (const PluginRecord* record = plugin(id)) showPlugin(*record);
        showHost();
    });
    connect(&m_services.status, &StatusStore::changed, this, [this](const ObjectKey& key) {
        const PluginRecord* record = plugin(key.name);
        if (record && key == StatusStore::pluginKey(record->id)) showPlugin(*record);
    });
}

DbusFace::~DbusFace() { m_link.stop(); }

void DbusFace::start(const QString& schemaDir) {
    if (!m_config.dbusEnabled) return;
    const Errors errors = m_types.addDirectory(schemaDir);
    for (const Error& error : errors) qCWarning(lcDbus).noquote() << "schema ignored:" << error.text();
    for (const auto& record : m_plugins.plugins()) {
        const QJsonObject& schemas = record->metadata.topicSchemas;
        for (auto it = schemas.begin(); it != schemas.end(); ++it) m_types.add(it.key(), it.value().toObject());
    }
    m_actions.setGroup(dbus::groupId(m_config.controlGroup));
    m_link.start(m_config.dbusAddress);
}

void DbusFace::show() {
    showHost();
    m_tree.manage();
    for (const auto& record : m_plugins.plugins()) showPlugin(*record);
    for (const BusEntry* entry : m_services.bus.entries()) planTopic(*entry);
}

void DbusFace::showHost() {
    if (!m_link.connection()) return;
    m_tree.put(dbus::kRootPath, {dbus::valuesOf(hostInterface(), views::hostState(m_health))},
               [] { return std::vector{dbus::shapeOf(hostInterface())}; });
}

void DbusFace::showPlugin(const PluginRecord& record) {
    if (!m_link.connection()) return;
    m_tree.put(
        dbus::pluginPath(record.id), {dbus::valuesOf(pluginInterface(), views::plugin(record, m_services.status))},
        [] { return std::vector{dbus::shapeOf(pluginInterface())}; },
        [this, id = record.id](const std::string& method, sdbus::MethodCall call) {
            m_actions.act(id, method, std::move(call));
        });
}

void DbusFace::planTopic(const BusEntry& entry) {
    if (!m_link.connection()) return;
    m_toShow.emplace(entry.topic, entry.key);
    if (!m_showTimer.isActive()) m_showTimer.start();
}

void DbusFace::showTopics() {
    QElapsedTimer spent;
    spent.start();
    while (!m_toShow.empty()) {
        if (spent.hasExpired(kMaxTurnMs)) return m_showTimer.start();
        const auto next = m_toShow.extract(m_toShow.begin());
        if (const BusEntry* entry = m_services.bus.find(next.value().first, next.value().second)) showTopic(*entry);
    }
}

void DbusFace::showTopic(const BusEntry& entry) {
    const std::string& path = m_paths.path(entry.topic, entry.key);
    const bool isThere = entry.presence == Presence::Value || entry.presence == Presence::Stale;
    if (!isThere || !admit(path, entry)) {
        if (const auto shown = m_shown.extract(path)) m_shownBytes -= shown.mapped();
        m_tree.remove(path);
        return;
    }
    const dbus::TopicType* type = m_types.find(entry.topic);
    m_tree.put(path, dbus::topicValues(entry, type), [type] { return dbus::topicShapes(type); });
}

bool DbusFace::admit(const std::string& path, const BusEntry& entry) {
    const auto shown = m_shown.find(path);
    const qsizetype before = shown == m_shown.end() ? 0 : shown->second;
    const qsizetype bytes = encodedSizeBound(entry.value());
    const bool isOneMore = shown == m_shown.end();
    const bool isTooMuch =
        m_shownBytes - before + bytes > kMaxShownBytes || (isOneMore && m_shown.size() >= kMaxTopicObjects);
    if (isTooMuch) {
        if (!std::exchange(m_isLimitReported, true))
            qCWarning(lcDbus).noquote() << "more topic values than D-Bus can list; omitted from here on:" << entry.topic
                                        << entry.key;
        return false;
    }
    m_shown[path] = bytes;
    m_shownBytes += bytes - before;
    return true;
}

const PluginRecord* DbusFace::plugin(const QString& id) const {
    for (const auto& record : m_plugins.plugins())
        if (record->id == id) return record.get();
    return nullptr;
}

}  // namespace fos1::host

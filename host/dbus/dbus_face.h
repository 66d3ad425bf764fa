// SPDX-License-Identifier: GPL-2.0-or-later
// The host on D-Bus (docs/dbus.md): the host, its plugins and all topic values as objects. Reads the stores. Must not
// know any plugin, kind or topic.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <set>

#include "dbus/bus_link.h"
#include "dbus/dbus_names.h"
#include "dbus/object_tree.h"
#include "dbus/plugin_actions.h"
#include "dbus/topic_type.h"
#include "plugins/host_services.h"

namespace fos1::host {

class HostHealth;
struct BusEntry;
struct HostConfig;
struct PluginRecord;

class DbusFace : public QObject {
    Q_OBJECT
   public:
    /// All arguments outlive this object.
    DbusFace(const HostConfig& config, const HostServices& services, PluginSupervisor& plugins,
             const HostHealth& health, QObject* parent = nullptr);
    ~DbusFace() override;

    /// To be called once the plugins are loaded. Topic types come from `schemaDir` and from the plugins' metadata. A
    /// missing bus is not an error: the link connects when the bus appears.
    void start(const QString& schemaDir);

    /// For people: "connected", "no bus", "off".
    [[nodiscard]] QString state() const { return dbus::toText(m_link.state()); }

   Q_SIGNALS:
    void stateChanged();

   private:
    void show();
    void showHost();
    void showPlugin(const PluginRecord& record);
    void planTopic(const BusEntry& entry);
    void showTopics();
    void showTopic(const BusEntry& entry);
    bool admit(const std::string& path, const BusEntry& entry);
    [[nodiscard]] const PluginRecord* plugin(const QString& id) const;

    const HostConfig& m_config;
    const HostServices m_services;
    PluginSupervisor& m_plugins;
    const HostHealth& m_health;
    dbus::TopicTypes m_types;
    dbus::TopicPaths m_paths;
    std::set<std::pair<QString, QString>> m_toShow;  ///< topic and key
    QTimer m_showTimer;
    std::map<std::string, qsizetype> m_shown;  ///< upper bound of a topic value's bytes, by path
    qsizetype m_shownBytes = 0;
    bool m_isLimitReported = false;
    dbus::BusLink m_link;
    dbus::ObjectTree m_tree;
    dbus::PluginActions m_actions;
};

}  // namespace fos1::host

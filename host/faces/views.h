// SPDX-License-Identifier: GPL-2.0-or-later
// Renders the stores as JSON once for every face that shows them; docs/control-socket.md describes the fields. Masks
// secrets. Must not know any plugin, kind or topic by name.
#pragma once

#include <QJsonArray>
#include <QJsonObject>

namespace fos1::schema {
class CrdCatalog;
struct ResourceKind;
}  // namespace fos1::schema

namespace fos1::host {

struct HostConfig;
struct HostServices;
struct PluginRecord;
struct StoredObject;
class EventLog;
class HostHealth;
class PluginSupervisor;
class StateBus;
class StatusStore;

namespace views {

/// The host itself, with all plugins.
QJsonObject host(const HostConfig& config, const HostHealth& health, const HostServices& services,
                 const PluginSupervisor& supervisor);
QJsonObject plugin(const PluginRecord& record, const StatusStore& status);
/// One plugin: the same fields, plus those that only a view of a single plugin shows.
QJsonObject pluginDetails(const PluginRecord& record, const StatusStore& status);
QJsonArray plugins(const PluginSupervisor& supervisor, const StatusStore& status);
/// An object as people may see it: with its status, without its secrets.
QJsonObject object(const StoredObject& stored, const schema::CrdCatalog& crds, const StatusStore& statuses);
QJsonObject kind(const schema::ResourceKind& kind);
/// The values of `topic`, or of all topics when it is empty.
QJsonArray topics(const StateBus& bus, const QString& topic);
/// The newest `limit` events.
QJsonArray events(const EventLog& log, int limit);

}  // namespace views
}  // namespace fos1::host

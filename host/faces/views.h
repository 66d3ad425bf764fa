// SPDX-License-Identifier: GPL-2.0-or-later
// Renders the stores as values once for every face that shows them: control and HTTP as JSON, D-Bus as properties.
// docs/control-socket.md describes the fields. Masks secrets. Must not know any plugin, kind or topic by name.
#pragma once

#include <QCborArray>
#include <QCborMap>

namespace fos1::schema {
class CrdCatalog;
struct ResourceKind;
}  // namespace fos1::schema

namespace fos1::host {

struct BusEntry;
struct HostConfig;
struct HostServices;
struct PluginRecord;
struct StoredObject;
class EventLog;
class HostHealth;
class PluginSupervisor;
class StatusStore;

namespace views {

/// The state of the host, without its plugins.
QCborMap hostState(const HostHealth& health);
/// The host itself, with all plugins.
QCborMap host(const HostConfig& config, const HostHealth& health, const HostServices& services,
              const PluginSupervisor& supervisor);
QCborMap plugin(const PluginRecord& record, const StatusStore& status);
/// One plugin: the same fields, plus those that only a view of a single plugin shows.
QCborMap pluginDetails(const PluginRecord& record, const StatusStore& status);
QCborArray plugins(const PluginSupervisor& supervisor, const StatusStore& status);
/// An object as people may see it: with its status, without its secrets.
QCborMap object(const StoredObject& stored, const schema::CrdCatalog& crds, const StatusStore& statuses);
QCborMap kind(const schema::ResourceKind& kind);
QCborMap topic(const BusEntry& entry);
/// The newest `limit` events.
QCborArray events(const EventLog& log, int limit);

}  // namespace views
}  // namespace fos1::host

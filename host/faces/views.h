// SPDX-License-Identifier: GPL-2.0-or-later
// The stores as values, rendered once for every face that shows them: control and HTTP as JSON, D-Bus as properties.
// docs/control-socket.md has the fields. Secrets are masked here. Must not know any plugin, kind or topic by name.
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
class StateBus;
class StatusStore;

namespace views {

/// How the host is.
QCborMap hostState(const HostHealth& health);
/// The host itself, with all plugins.
QCborMap host(const HostConfig& config, const HostHealth& health, const HostServices& services,
              const PluginSupervisor& supervisor);
QCborMap plugin(const PluginRecord& record, const StatusStore& status);
/// The same, and what only somebody asks who looks at one plugin.
QCborMap pluginDetails(const PluginRecord& record, const StatusStore& status);
QCborArray plugins(const PluginSupervisor& supervisor, const StatusStore& status);
/// An object as people may see it: with its status, without its secrets.
QCborMap object(const StoredObject& stored, const schema::CrdCatalog& crds, const StatusStore& statuses);
QCborMap kind(const schema::ResourceKind& kind);
QCborMap topic(const BusEntry& entry);
/// The values of `topic`; empty: of all topics.
QCborArray topics(const StateBus& bus, const QString& topic);
/// The newest `limit` events.
QCborArray events(const EventLog& log, int limit);

}  // namespace views
}  // namespace fos1::host

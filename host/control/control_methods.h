// SPDX-License-Identifier: GPL-2.0-or-later
// The methods of the control socket, which read and change the stores. Must not know any plugin or kind by name.
#pragma once

#include <vector>

#include "control/json_rpc.h"
#include "resources/opinion.h"

namespace fos1::schema {
class CrdCatalog;
}

namespace fos1::host {

struct HostServices;
struct HostConfig;
class PluginSupervisor;
class HostHealth;
class Admission;
class ListQueue;

/// What the methods read and call. All members outlive the dispatcher.
struct ControlContext {
    const HostConfig& config;
    const HostServices& services;
    const schema::CrdCatalog& crds;
    const Admission& admission;
    PluginSupervisor& plugins;
    const HostHealth& health;
    ListQueue& lists;
};

/// Inserts {unchecked: [text]}: each text names a plugin that should have checked an object and why it did not. Inserts
/// nothing when every plugin checked.
void insertUnchecked(QJsonObject& result, const std::vector<Opinion>& opinions);

/// Adds host.status, plugin.{list,get,page,start,stop,restart}, crd.list, resource.{list,get,apply,delete,preview},
/// topic.list and event.list. docs/control-socket.md describes them.
void addControlMethods(RpcDispatcher& dispatcher, const ControlContext& context);

}  // namespace fos1::host

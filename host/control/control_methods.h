// SPDX-License-Identifier: GPL-2.0-or-later
// The methods of the control socket, over the stores. Must not know any plugin or kind by name.
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

/// What the methods read and call; all of it outlives the dispatcher.
struct ControlContext {
    const HostConfig& config;
    const HostServices& services;
    const schema::CrdCatalog& crds;
    const Admission& admission;
    PluginSupervisor& plugins;
    const HostHealth& health;
};

/// {unchecked: [who should have checked one of the objects, and why they did not]}; nothing when all did.
void insertUnchecked(QJsonObject& result, const std::vector<Opinion>& opinions);

/// host.status, plugin.{list,get,page,start,stop,restart}, crd.list, resource.{list,get,apply,delete,preview},
/// topic.list, event.list; docs/control-socket.md.
void addControlMethods(RpcDispatcher& dispatcher, const ControlContext& context);

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// The methods of the control socket, over the stores. Must not know any plugin or kind by name.
#pragma once

#include "control/json_rpc.h"

namespace fos1::schema {
class CrdCatalog;
}

namespace fos1::host {

struct HostServices;
struct HostConfig;
class PluginSupervisor;
class HostHealth;

/// What the methods read and call; all of it outlives the dispatcher.
struct ControlContext {
    const HostConfig& config;
    const HostServices& services;
    const schema::CrdCatalog& crds;
    PluginSupervisor& plugins;
    const HostHealth& health;
};

/// host.status, plugin.{list,get,start,stop,restart}, crd.list, resource.{list,get,apply,delete}, topic.list,
/// event.list; docs/control-socket.md.
void addControlMethods(RpcDispatcher& dispatcher, const ControlContext& context);

}  // namespace fos1::host

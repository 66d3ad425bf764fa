// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's section of host.yaml, which the schema in plugin.json has checked, as options and servers.
#pragma once

#include <QCborMap>

#include "dhcp_bridge.h"

namespace fos1::dhcp {

[[nodiscard]] BridgeOptions optionsFrom(const QCborMap& map);

/// An error, with its path, when two servers have one name or are one server, or when members contradict each other.
[[nodiscard]] Result<std::vector<ConfiguredServer>> serversFrom(const QCborMap& map);

}  // namespace fos1::dhcp

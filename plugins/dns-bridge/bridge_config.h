// SPDX-License-Identifier: GPL-2.0-or-later
// The plugin's section of host.yaml, which the schema in plugin.json has checked, as options and zones.
#pragma once

#include <QCborMap>

#include "dns_bridge.h"

namespace fos1::dns {

/// Who we are in marks: `owner`, or the name of this machine.
[[nodiscard]] Result<QByteArray> ownerFrom(const QCborMap& map);

[[nodiscard]] Result<BridgeOptions> optionsFrom(const QCborMap& map);

/// `stateDirectory`: where it is kept which names may be ours. An error when two zones have one name, a zone names a
/// key that there is not, or something is missing that its kind needs.
[[nodiscard]] Result<std::vector<ConfiguredZone>> zonesFrom(const QCborMap& map, const QString& stateDirectory);

}  // namespace fos1::dns

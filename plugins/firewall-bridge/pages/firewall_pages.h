// SPDX-License-Identifier: GPL-2.0-or-later
// The page of the firewall (fos1/page.h): what is enforced for NTP in each VLAN, and the counters. Pure.
#pragma once

#include <QCborMap>
#include <QStringList>
#include <map>

#include "model/enforced_state.h"

namespace fos1::firewall {

/// `ownSources`: the addresses of our own time sources, whose requests are not redirected. `vlan`: the name of one
/// VLAN; empty: a table of all. An error when the VLAN is unknown.
[[nodiscard]] QCborMap enforcementPage(const std::map<QString, EnforcedState>& vlans, const QStringList& ownSources,
                                       const QString& vlan);

}  // namespace fos1::firewall

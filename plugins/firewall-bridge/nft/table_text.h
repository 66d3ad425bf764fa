// SPDX-License-Identifier: GPL-2.0-or-later
// The table as commands of nft(8), each text one transaction. Pure.
#pragma once

#include <QByteArray>

#include "firewall_plan.h"
#include "model/counters.h"

namespace fos1::firewall {

/// The only table that this plugin reads or writes.
inline constexpr const char* kTable = "inet fos1_ntp";
inline constexpr const char* kTableName = "fos1_ntp";

/// The whole table in the place of whatever is there; it has counted nothing.
[[nodiscard]] QByteArray tableText(const FirewallPlan& plan);

/// The table of this plan goes on counting from `counters`; empty: there are none. As much work as the table itself,
/// which is in force before.
[[nodiscard]] QByteArray countersText(const FirewallPlan& plan, const Counters& counters);

/// From one plan to the next, element by element; counters and the rates of clients go on. Empty: they are equal.
[[nodiscard]] QByteArray changeText(const FirewallPlan& before, const FirewallPlan& after);

/// Takes the table away, whether it is there or not.
[[nodiscard]] QByteArray removalText();

}  // namespace fos1::firewall

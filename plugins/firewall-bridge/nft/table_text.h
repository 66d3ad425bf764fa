// SPDX-License-Identifier: GPL-2.0-or-later
// The table as commands of nft(8), each text one transaction. Pure.
#pragma once

#include <QByteArray>

#include "core/firewall_plan.h"
#include "model/counters.h"

namespace fos1::firewall {

/// The only table that this plugin reads or writes.
inline constexpr const char* kTable = "inet fos1_ntp";
inline constexpr const char* kTableName = "fos1_ntp";

/// The whole table in the place of whatever is there; it has counted nothing.
[[nodiscard]] QByteArray tableText(const FirewallPlan& plan);

/// What the table of this plan can do without at first, for it is as much work again: the quick way, and the counters,
/// which continue from `counters`. Empty: there is nothing.
[[nodiscard]] QByteArray completionText(const FirewallPlan& plan, const Counters& counters);

/// The interfaces that lose the quick way, in order.
[[nodiscard]] std::vector<QString> leavingQuick(const FirewallPlan& before, const FirewallPlan& after);

/// From one plan to the next, element by element; counters and the rates of clients go on. `admitted` are the counters
/// of leavingQuick(). Empty: the plans are equal.
[[nodiscard]] QByteArray changeText(const FirewallPlan& before, const FirewallPlan& after,
                                    const std::map<QString, Counter>& admitted = {});

/// Takes the table away, whether it is there or not.
[[nodiscard]] QByteArray removalText();

}  // namespace fos1::firewall

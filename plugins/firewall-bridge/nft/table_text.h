// SPDX-License-Identifier: GPL-2.0-or-later
// The table as commands of nft(8); each text is one transaction. Pure.
#pragma once

#include <QByteArray>

#include "core/firewall_plan.h"
#include "model/counters.h"

namespace fos1::firewall {

/// The only table that this plugin reads or writes.
inline constexpr const char* kTable = "inet fos1_ntp";
inline constexpr const char* kTableName = "fos1_ntp";

/// Replaces any existing table by the whole table of this plan, with counters at zero.
[[nodiscard]] QByteArray tableText(const FirewallPlan& plan);

/// The parts that the table can do without at first, because they double the work: the quick path, and the counters,
/// which continue from `counters`. Empty: nothing to complete.
[[nodiscard]] QByteArray completionText(const FirewallPlan& plan, const Counters& counters);

/// The interfaces that lose the quick path, in order.
[[nodiscard]] std::vector<QString> leavingQuick(const FirewallPlan& before, const FirewallPlan& after);

/// Changes one plan to the next, element by element. Counters and the rates of clients continue. `admitted` are the
/// counters of leavingQuick(). Empty: the plans are equal.
[[nodiscard]] QByteArray changeText(const FirewallPlan& before, const FirewallPlan& after,
                                    const std::map<QString, Counter>& admitted = {});

/// Removes the table, whether it exists or not.
[[nodiscard]] QByteArray removalText();

}  // namespace fos1::firewall

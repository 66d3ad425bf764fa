// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of a zone's names, for reports. Pure.
#pragma once

#include <map>

#include "core/name_decision.h"

namespace fos1::dns {

using Knowledge = std::map<DnsName, NameKnowledge>;

struct TableFacts {
    const ZonePlan& plan;
    const Knowledge& known;
    const std::map<DnsName, QString>& blocked;  ///< why these are left alone
    const std::map<DnsName, qint64>& verified;  ///< when these were last read: Unix time in seconds
    const QByteArray& owner;
};

void sortByName(std::vector<std::shared_ptr<const NameState>>& names);

/// Nothing when the name is not planned and nothing of ours is left there.
[[nodiscard]] std::optional<NameState> nameState(const DnsName& name, const TableFacts& facts);

/// The names of the plan, and those at which something of ours is left, in order.
[[nodiscard]] std::vector<std::shared_ptr<const NameState>> namesOf(const TableFacts& facts);

/// The names that are to be decided: all, or those whose plan differs from the one that is carried out. `settled`: that
/// plan; null: nothing is known to be carried out.
[[nodiscard]] std::vector<DnsName> unsettledNames(const ZonePlan* settled, const ZonePlan& plan,
                                                  const Knowledge& known);

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
// Which NTPService serves this node: those whose selector matches its labels claim it, and the oldest has it. Pure.
#pragma once

#include <map>
#include <vector>

#include "fos1/desired.h"

namespace fos1::ntp {

using Labels = std::map<QString, QString>;

struct NodeClaims {
    const DesiredObject* serving = nullptr;       ///< null: none claims the node
    std::vector<const DesiredObject*> younger;    ///< claim it too, and do not get it
    std::vector<const DesiredObject*> elsewhere;  ///< are for other nodes
};

/// The pointers are into `services`. spec.nodeSelector: every label that it names has to be there; empty: every node.
[[nodiscard]] NodeClaims claimsOf(const std::vector<DesiredObject>& services, const Labels& node);

}  // namespace fos1::ntp

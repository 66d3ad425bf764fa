// SPDX-License-Identifier: GPL-2.0-or-later
// Says in words what going from one plan to another would do: to chronyd's configuration, with which commands, and what
// the bridges would then see. Pure; nothing secret is in it.
#pragma once

#include <QCborMap>

#include "core/access_plan.h"
#include "core/chrony_plan.h"
#include "core/service_plan.h"

namespace fos1::ntp {

/// How things are, or would be.
struct Planned {
    std::optional<ChronyPlan> chrony;  ///< nothing: chronyd does not run
    std::map<QString, time::ServiceState> vlans;
    GroupOutcomes groups;
};

/// What of an object is not, or would not be, in force.
struct Warning {
    QString object;  ///< ObjectKey::text()
    QString text;    ///< a sentence
};

/// The answer of IPreviewer::preview(); empty when nothing would change and there are no warnings.
[[nodiscard]] QCborMap describeChange(const Planned& now, const Planned& then,
                                      const std::vector<Warning>& warnings = {});

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/happenings.h"

namespace fos1::ntp {

std::vector<Happening> happeningsBetween(const time::SyncState& before, const time::SyncState& after) {
    if (before.synchronised && !after.synchronised)
        return {{Severity::Warning, QStringLiteral("SynchronisationLost"), after.reason}};
    if (!before.synchronised && after.synchronised)
        return {{Severity::Normal, QStringLiteral("Synchronised"), after.reason}};
    std::vector<Happening> happenings;
    if (after.synchronised && before.source && after.source && *before.source != *after.source)
        happenings.push_back(
            {Severity::Normal, QStringLiteral("SourceSelected"),
             QStringLiteral("Following %1 now, no longer %2.").arg(after.source->name, before.source->name)});
    const bool hasTime = after.synchronised || after.holdover;
    if (before.holdover && !hasTime)
        happenings.push_back({Severity::Warning, QStringLiteral("HoldoverEnded"), after.reason});
    else if (hasTime && before.fitToAdvertise && !after.fitToAdvertise)
        happenings.push_back({Severity::Warning, QStringLiteral("Withdrawn"), after.reason});
    else if (hasTime && !before.fitToAdvertise && after.fitToAdvertise && !before.reason.isEmpty())
        happenings.push_back({Severity::Normal, QStringLiteral("Advertised"), after.reason});
    return happenings;
}

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/happenings.h"

namespace fos1::ntp {

std::vector<Happening> happeningsBetween(const time::SyncState& before, const time::SyncState& after) {
    if (before.synchronised && !after.synchronised)
        return {{Severity::Warning, QStringLiteral("SynchronisationLost"), after.reason}};
    if (!before.synchronised && after.synchronised)
        return {{Severity::Normal, QStringLiteral("Synchronised"), after.reason}};
    if (after.synchronised && before.source && after.source && *before.source != *after.source)
        return {{Severity::Normal, QStringLiteral("SourceSelected"),
                 QStringLiteral("Following %1 now, no longer %2.").arg(after.source->name, before.source->name)}};
    if (before.holdover && !after.holdover) return {{Severity::Warning, QStringLiteral("HoldoverEnded"), after.reason}};
    return {};
}

}  // namespace fos1::ntp

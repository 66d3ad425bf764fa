// SPDX-License-Identifier: GPL-2.0-or-later
// What a chronyd that outlives its host was last seen to have, for the next host: kept in a file while it is certain,
// and gone while a change is under way. Knows one process by its number and the moment of its start.
#pragma once

#include <optional>

#include "chrony/online_change.h"

namespace fos1::ntp {

struct RunRecord {
    qint64 pid = 0;
    ChronyPlan plan;
    HeldSettings held;
};

/// All but the keys, of which there is only a digest. `startTicks` as in processStart().
[[nodiscard]] QByteArray encode(const RunRecord& record, quint64 startTicks);

/// Nothing unless it is whole, of this very process, and `keys` are the ones it was made with.
[[nodiscard]] std::optional<RunRecord> decodeRunRecord(const QByteArray& bytes, qint64 pid, quint64 startTicks,
                                                       const QByteArray& keys);

/// proc(5), /proc/PID/stat, starttime; 0 when there is no such process.
[[nodiscard]] quint64 processStart(qint64 pid);

}  // namespace fos1::ntp

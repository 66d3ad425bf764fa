// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel lets a chronyd do (capabilities(7)). Without the right to the clock, as in most containers, or to its
// port, chronyd would not start.
#pragma once

#include "chrony/run_as.h"
#include "core/chrony_plan.h"

namespace fos1::ntp {

/// Who starts chronyd: ourselves, or systemd, which runs as process 1.
enum class StartedBy { Unknown = 0, Us, Systemd };

/// `wanted`, but ClockControl::Denied for Adjust where a chronyd that is started so cannot get CAP_SYS_TIME.
[[nodiscard]] ClockControl possible(ClockControl wanted, StartedBy startedBy);

/// The same user, or why a chronyd that we start cannot become it: it keeps CAP_NET_BIND_SERVICE then, or ends.
[[nodiscard]] Result<RunAs> withRights(const RunAs& user, StartedBy startedBy);

/// Of a process whose /proc/PID/status is `status` (proc(5)): whether what it executes gets the capability. True when
/// the file does not say.
[[nodiscard]] bool handsOn(const QByteArray& status, unsigned capability);

}  // namespace fos1::ntp

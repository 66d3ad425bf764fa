// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the kernel lets a chronyd set the clock. Where it does not, as in most containers, chronyd would not start.
#pragma once

#include "core/chrony_plan.h"

namespace fos1::ntp {

/// Who starts chronyd: ourselves, or systemd, which runs as process 1.
enum class StartedBy { Unknown = 0, Us, Systemd };

/// `wanted`, but ClockControl::Denied for Adjust where a chronyd that is started so cannot get CAP_SYS_TIME
/// (capabilities(7)).
[[nodiscard]] ClockControl possible(ClockControl wanted, StartedBy startedBy);

/// Of a process whose /proc/PID/status is `status` (proc(5)): whether what it executes gets CAP_SYS_TIME. True when the
/// file does not say.
[[nodiscard]] bool handsOnClock(const QByteArray& status);

}  // namespace fos1::ntp

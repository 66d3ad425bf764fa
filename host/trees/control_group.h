// SPDX-License-Identifier: GPL-2.0-or-later
// One control group of version 2 (cgroups(7)), which holds all processes of a runner: measured and killed together,
// whatever they do to detach. Must not know who may make groups, and where.
#pragma once

#include <QString>

#include "trees/usage.h"

namespace fos1::trees {

/// Memory in use and CPU time of all processes in the group, also of those that have ended. Without the memory
/// controller, memory is that of the first 256 processes.
[[nodiscard]] Usage usageOfGroup(const QString& directory);

/// Whether the kernel killed a process because the group had no memory left.
[[nodiscard]] bool isOutOfMemory(const QString& directory);

/// Kills every process in the group and below it. They end soon, not at once.
void killGroup(const QString& directory);

/// Removes the group with all below it. False while one has processes.
[[nodiscard]] bool removeGroup(const QString& directory);

}  // namespace fos1::trees

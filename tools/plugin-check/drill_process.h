// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one drill in a process of its own, this program again, and turns also its death into a finding.
#pragma once

#include <chrono>

#include "report.h"

namespace fos1::check {

struct DrillCommand {
    QStringList arguments;             ///< of this program, for every drill: the plugin and how to configure it
    std::chrono::seconds timeout{20};  ///< for a single step; a drill as a whole has ten times as much
    bool showsLog = false;             ///< what the plugin prints goes to stderr
};

Report runInChild(const QString& drill, const DrillCommand& command);

}  // namespace fos1::check

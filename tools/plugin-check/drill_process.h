// SPDX-License-Identifier: GPL-2.0-or-later
// Runs one drill in a process of its own (this program again), and reports a crash as a finding.
#pragma once

#include <chrono>

#include "report.h"

namespace fos1::check {

struct DrillCommand {
    QStringList arguments;             ///< arguments of this program, common to all drills: the plugin and its
                                       ///< configuration
    std::chrono::seconds timeout{20};  ///< per step; a whole drill has ten times as much
    bool showsLog = false;             ///< pass the plugin's output on to stderr
};

Report runInChild(const QString& drill, const DrillCommand& command);

}  // namespace fos1::check

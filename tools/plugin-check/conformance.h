// SPDX-License-Identifier: GPL-2.0-or-later
// All checks of one plugin, ordered so that each builds on the earlier ones.
#pragma once

#include <QCborMap>
#include <chrono>
#include <functional>

#include "finding.h"

namespace fos1::check {

struct ConformanceOptions {
    QString file;  ///< the shared object
    QCborMap configuration;
    QString snapshotFile;              ///< JSON with the desired state; empty: none
    std::chrono::seconds timeout{20};  ///< per step of a drill
    bool showsLog = false;
};

/// Calls `show` with each finding as it arrives.
void checkConformance(const ConformanceOptions& options, const std::function<void(const Finding&)>& show);

}  // namespace fos1::check

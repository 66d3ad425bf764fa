// SPDX-License-Identifier: GPL-2.0-or-later
// Every check of one plugin, in the order in which a later one makes sense.
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
    std::chrono::seconds timeout{20};  ///< for a single step of a drill
    bool showsLog = false;
};

/// Calls `show` with each finding as it comes.
void checkConformance(const ConformanceOptions& options, const std::function<void(const Finding&)>& show);

}  // namespace fos1::check

// SPDX-License-Identifier: GPL-2.0-or-later
// The drills. Each is one short life of the plugin and adds its findings to the report. Any exception in them comes
// from the plugin.
#pragma once

#include "drill.h"
#include "garbage.h"

namespace fos1::check {

void drillLoad(Drill& drill);
void drillStart(Drill& drill);
void drillReconcile(Drill& drill);
void drillGarbageState(Drill& drill);
void drillGarbageSpec(Drill& drill);
void drillPages(Drill& drill);
void drillStop(Drill& drill);

/// To be called at the end of each drill: reports the misuse that the fake host counted, and how long
/// the plugin blocked.
void reportMisuse(Drill& drill);

}  // namespace fos1::check

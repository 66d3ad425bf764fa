// SPDX-License-Identifier: GPL-2.0-or-later
// The drills, each a short life of the plugin. They add their findings to the report; what they throw comes from the
// plugin.
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

/// To be called at the end of each: what the fake host has counted meanwhile.
void reportMisuse(Drill& drill);

}  // namespace fos1::check

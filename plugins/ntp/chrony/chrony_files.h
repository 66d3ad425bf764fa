// SPDX-License-Identifier: GPL-2.0-or-later
// The directories and files that a chronyd needs before it starts, for the user it runs as. Knows nothing of processes.
#pragma once

#include "chrony/chrony_layout.h"
#include "chrony/online_change.h"
#include "chrony/run_as.h"

namespace fos1::ntp {

/// Makes the directories fit for `user`, or says why they cannot be.
[[nodiscard]] tl::expected<void, Error> prepareDirectories(const ChronyLayout& layout, const RunAs& user);

/// chrony.conf and the file of sources, as `plan` has them. The keys are not among them: they change in steps of their
/// own.
[[nodiscard]] tl::expected<void, Error> writePlan(const ChronyPlan& plan, const ChronyLayout& layout,
                                                  const RunAs& user);

/// The directories, those files and the keys: all that a start needs, also when somebody removed it.
[[nodiscard]] tl::expected<void, Error> writeWhole(const ChronyPlan& plan, const ChronyLayout& layout,
                                                   const RunAs& user);

/// Without an NTS server, chronyd must not find the keys that an earlier one left: chronyd 4.3 dies of them at `rekey`.
void removeStrayServerKeys(const ChronyPlan& plan, const ChronyLayout& layout);

/// Writes all of that for a chronyd that is to start and removes what would keep it from starting. Returns its
/// arguments. `reload`: it takes up the measurements that the one before has dumped.
[[nodiscard]] Result<QStringList> prepareStart(const ChronyPlan& plan, const ChronyLayout& layout, const RunAs& user,
                                               ClockControl control, bool reload);

/// What a running chronyd reads again. The references outlive the answer.
[[nodiscard]] OnlineChange::Files readAgain(const ChronyLayout& layout, const RunAs& user);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Processes that are known by a supplementary group that only they have: who has no CAP_SETGID can neither drop nor
// take it, so it marks all that a process starts, however they detach. For machines without control groups. All but
// isTagged() block for milliseconds: most of them read all of /proc.
#pragma once

#include <sys/types.h>

#include <compare>

#include "trees/usage.h"

namespace fos1::trees {

struct Tag {
    uid_t uid = 0;
    gid_t group = 0;
    bool isOwnUser = false;  ///< nobody else has the uid
    auto operator<=>(const Tag&) const = default;
};

/// Whether the process is one of them, and has not ended.
[[nodiscard]] bool isTagged(qint64 pid, const Tag& tag);

/// What they use together, without those that have ended.
[[nodiscard]] Usage usageOfTagged(const Tag& tag);

/// Kills them, and those that they start meanwhile. They end soon, not at once.
void killTagged(const Tag& tag);

/// Kills every process of the user, which this process must be able to become, in one step: not even one that forks all
/// the time escapes. Blocks until a child has done it.
void killUser(uid_t uid);

}  // namespace fos1::trees

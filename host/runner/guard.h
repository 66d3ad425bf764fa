// SPDX-License-Identifier: GPL-2.0-or-later
// Outlives the host and ends what its runners have left. Must not know Qt's event loop, plugins, or the link.
#pragma once

namespace fos1::runner {

/// Reads lines "UID GROUP 0" (processes that are known by a tag) and "UID GROUP 1" (all processes of the user) from
/// standard input, which ends with the host. Then kills them and all processes below the control group `directory`,
/// which it removes; empty: there is none. Returns the exit status.
int guard(const char* directory);

}  // namespace fos1::runner

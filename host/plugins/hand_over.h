// SPDX-License-Identifier: GPL-2.0-or-later
// Gives a directory with everything below it to another user, though its present owner may change it meanwhile.
#pragma once

#include <sys/types.h>
#include <QString>

namespace fos1::host {

/// Mode 0700 and the new owner for the directory; the new owner for what belonged to the old one below it. Links are
/// not followed, and a file with a second name is left alone, because that may be elsewhere. Nothing below it is
/// touched when the directory is the user's already. False when something could not be changed.
[[nodiscard]] bool handOver(const QString& directory, uid_t uid, gid_t gid);

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// Directories of the machine that a test and what it starts see empty, and may write to: daemons and scripts whose
// paths are fixed leave the machine's files alone. Must run inside runIsolated().
#pragma once

#include <QStringList>

namespace fos1::lab {

/// Mounts an empty file system over each directory, until the process exits. Returns what went wrong, or nothing.
[[nodiscard]] QString cover(const QStringList& directories);

}  // namespace fos1::lab

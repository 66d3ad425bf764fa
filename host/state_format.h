// SPDX-License-Identifier: GPL-2.0-or-later
// The format of what the state directory contains: a number in STATEDIR/format. State of an earlier host is migrated
// step by step, after a backup; state of a later one is refused. Must not know what plugins keep there.
#pragma once

#include <functional>
#include <vector>

#include "fos1/result.h"

namespace fos1::host {

/// Makes the next format of the one before it. An interrupted one is repeated, so it must bear that.
using Migration = std::function<Result<void>(const QString& directory)>;

/// The first makes format 2 of format 1, and so on. They must never change once released.
[[nodiscard]] const std::vector<Migration>& stateMigrations();

/// With the lock held, before anything reads the directory. One without a number has format 1, or is new. The backup of
/// format N is STATEDIR/backup/format-N. On an error the number stays as it was.
[[nodiscard]] Result<void> bringUpToDate(const QString& directory, const std::vector<Migration>& migrations);

}  // namespace fos1::host

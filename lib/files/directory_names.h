// SPDX-License-Identifier: GPL-2.0-or-later
// What a directory contains, or why that cannot be read: a directory that cannot be read is not an empty one. (QDir
// shows both alike.)
#pragma once

#include <QStringList>

#include "fos1/result.h"

namespace fos1 {

/// The names of all entries except "." and "..", sorted by their bytes. Blocks on the disk. The error names the
/// directory; NotFound: it does not exist.
[[nodiscard]] Result<QStringList> namesIn(const QString& directory);

}  // namespace fos1

// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a small file that an operator named: never waits, never reads more than it should. Knows no content.
#pragma once

#include <QByteArray>
#include <QString>

#include "fos1/result.h"

namespace fos1::ntp {

enum class Readers { Unknown = 0, Anyone, OwnerAndGroup };

/// The content of a regular file of at most 1 MiB. With Readers::OwnerAndGroup a file that others may read is refused:
/// it holds a secret that is none.
[[nodiscard]] Result<QByteArray> readSmallFile(const QString& path, Readers allowed);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a small file that an operator named. Never blocks and never reads more than the limit. Must not know its
// contents.
#pragma once

#include <QByteArray>
#include <QString>

#include "fos1/result.h"

namespace fos1::ntp {

enum class Readers { Unknown = 0, Anyone, OwnerAndGroup };

/// The content of a regular file of at most 1 MiB. With Readers::OwnerAndGroup, refuses a file that others may read,
/// because its content would not be secret.
[[nodiscard]] Result<QByteArray> readSmallFile(const QString& path, Readers allowed);

}  // namespace fos1::ntp

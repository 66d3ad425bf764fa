// SPDX-License-Identifier: GPL-2.0-or-later
// The symbols that a shared object offers to others, read from its file (elf(5), .dynsym).
#pragma once

#include <QStringList>

#include "fos1/result.h"

namespace fos1::check {

/// Defined, visible, global or weak; in order of name.
Result<QStringList> exportedSymbols(const QString& file);

}  // namespace fos1::check

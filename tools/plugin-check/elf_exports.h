// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the symbols that a shared object exports from its file (elf(5), .dynsym).
#pragma once

#include <QStringList>

#include "fos1/result.h"

namespace fos1::check {

/// The defined, visible, global or weak symbols, ordered by name.
Result<QStringList> exportedSymbols(const QString& file);

}  // namespace fos1::check

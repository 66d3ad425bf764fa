// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the answer of IValidator::validate(). The shape is checked, because it comes from a plugin.
#pragma once

#include <QCborMap>

#include "fos1/result.h"

namespace fos1::host {

/// The mistakes that a plugin found, or why the answer cannot be used.
Result<Errors> verdictOf(const QCborMap& answer);

}  // namespace fos1::host

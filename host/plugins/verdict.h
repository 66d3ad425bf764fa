// SPDX-License-Identifier: GPL-2.0-or-later
// What IValidator::validate() answers, read: it comes from a plugin, so that its shape is not believed.
#pragma once

#include <QCborMap>

#include "fos1/result.h"

namespace fos1::host {

/// The mistakes that a plugin found, or why this is no answer to be used.
Result<Errors> verdictOf(const QCborMap& answer);

}  // namespace fos1::host

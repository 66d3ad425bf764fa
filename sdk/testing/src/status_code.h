// SPDX-License-Identifier: MIT
// A Status as it crosses the seam.
#pragma once

#include "fos1/interface.h"

namespace fos1::testing {

inline int code(Status status) { return static_cast<int>(status); }

}  // namespace fos1::testing

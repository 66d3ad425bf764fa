// SPDX-License-Identifier: GPL-2.0-or-later
// The commit that a program was built from.
#pragma once

namespace fos1 {

/// Twelve hexadecimal digits, with "+" when the tree had changes; "unknown": built outside of git, from no archive of
/// it. Static.
[[nodiscard]] const char* revision();

}  // namespace fos1

// SPDX-License-Identifier: GPL-2.0-or-later
// Exit statuses of a runner, which the host translates for people.
#pragma once

namespace fos1::runner {

enum class RunnerExit : int { Ok = 0, LinkLost = 70, OutOfMemory = 71, NotConfined = 72, Threw = 73 };

}  // namespace fos1::runner

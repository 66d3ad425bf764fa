// SPDX-License-Identifier: MIT
// The version of the SDK that a plugin is compiled against, and the symbol-visibility macro of the seam.
#pragma once

#define FOS1_SDK_MAJOR 1
#define FOS1_SDK_MINOR 4

#define FOS1_SDK_EXPORT __attribute__((visibility("default")))

// SPDX-License-Identifier: GPL-2.0-or-later
// Denies system calls that no plugin needs and that have been ways out of confinement (seccomp(2)): namespaces,
// tracing, kernel modules, keys, io_uring, packet filters. For this process and all that it starts.
#pragma once

#include "fos1/result.h"

namespace fos1::runner {

/// `mayFilterPackets`: the plugin was granted CAP_NET_ADMIN, and may speak with netfilter. An error says why the kernel
/// did not take the filter.
[[nodiscard]] Result<void> filterSystemCalls(bool mayFilterPackets);

}  // namespace fos1::runner

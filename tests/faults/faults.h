// SPDX-License-Identifier: GPL-2.0-or-later
// What can happen to a router: each fault is inflicted, and as far as it is not the host's to heal, it ends by itself.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "router_under_fault.h"

namespace fos1::faults {

using Random = std::mt19937;

struct Fault {
    const char* name;
    /// Returns when the fault is over; healing what it broke is then up to the host.
    std::function<void(RouterUnderFault& router, Random& random)> inflict;
};

[[nodiscard]] const std::vector<Fault>& allFaults();

}  // namespace fos1::faults

// SPDX-License-Identifier: GPL-2.0-or-later
// The order of access rules in chrony.conf. Pure.
#pragma once

#include <tuple>

#include "model/addresses.h"

namespace fos1::ntp {

/// Shortest prefixes first. chrony's table has four bits a level and writes a prefix of another length over all the
/// slots that it covers, so a later 10.0.0.0/10 would replace an earlier 10.0.0.0/12 (addrfilt.c, set_subnet). In this
/// order the longest prefix wins.
[[nodiscard]] inline bool isBefore(const IpPrefix& a, const IpPrefix& b) {
    return std::tie(a.address.family, a.length, a.address) < std::tie(b.address.family, b.length, b.address);
}

}  // namespace fos1::ntp

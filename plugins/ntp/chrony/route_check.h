// SPDX-License-Identifier: GPL-2.0-or-later
// Whether packets to an address can leave this machine, as the kernel's routes are now. Sends nothing.
#pragma once

#include <QString>

#include "model/addresses.h"

namespace fos1::ntp {

/// What connect(2) of a UDP socket says, such as "Network is unreachable"; empty when there is a route.
[[nodiscard]] QString whyUnreachable(const IpAddress& address);

}  // namespace fos1::ntp

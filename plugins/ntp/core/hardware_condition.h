// SPDX-License-Identifier: GPL-2.0-or-later
// The condition HardwareHealthy: whether every attached clock works as it should. Pure.
#pragma once

#include "core/service_status.h"

namespace fos1::ntp {

/// Nothing where no clock is declared.
[[nodiscard]] std::optional<Condition> hardwareHealthy(const StatusInput& in);

}  // namespace fos1::ntp

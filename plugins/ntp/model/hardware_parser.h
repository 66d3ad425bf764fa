// SPDX-License-Identifier: GPL-2.0-or-later
// Reads spec.sources.hardware. A mistake in a clock that is not enabled is a mistake too.
#pragma once

#include "model/field_checks.h"
#include "model/hardware_spec.h"

namespace fos1::ntp {

[[nodiscard]] HardwareSpec parseHardware(const FieldChecks& hardware);

}  // namespace fos1::ntp

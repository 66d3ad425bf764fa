// SPDX-License-Identifier: GPL-2.0-or-later
// Whether chronyd can open a device for pulses or a PTP hardware clock: asks the kernel as chronyd does (chrony
// refclock_pps.c, sys_linux.c). Does not block.
#pragma once

#include <QString>

namespace fos1::ntp {

/// Why a PPS device cannot be used, as the end of "/dev/pps0 ..."; empty: it can.
[[nodiscard]] QString whyNoPulse(const QString& device);
/// The same of a PTP hardware clock.
[[nodiscard]] QString whyNoPhc(const QString& device);
/// The device of the PTP hardware clock of an interface (ethtool(8), -T); empty: it has none.
[[nodiscard]] QString clockDeviceOf(const QString& interface);

}  // namespace fos1::ntp

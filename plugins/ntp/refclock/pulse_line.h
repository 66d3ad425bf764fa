// SPDX-License-Identifier: GPL-2.0-or-later
// Pulses on the DCD line of a serial port: the kernel's line discipline for them (ldattach(8), pps_ldisc), and the PPS
// device that it makes. Sentences on the same port are read as before. The kernel is behind a seam.
#pragma once

#include <QString>

#include "fos1/result.h"

namespace fos1::ntp {

/// Sets the line discipline of an open serial port. 0, or errno.
using SetDiscipline = int (*)(int file, int discipline);
[[nodiscard]] int setDiscipline(int file, int discipline);

/// The error says what is missing.
[[nodiscard]] Result<void> attachPulses(int file, const QString& device, SetDiscipline set = setDiscipline);
/// The line is an ordinary one again.
void detachPulses(int file, SetDiscipline set = setDiscipline);

inline const QString kPulseClass = QStringLiteral("/sys/class/pps");

/// By its name: /dev/ttyS0, or a link to such.
[[nodiscard]] bool isSerialLine(const QString& device);
/// The PPS device that was made for a serial port; for anything else, and for a port without pulses, `device` itself.
[[nodiscard]] QString pulseDeviceOf(const QString& device, const QString& pulseClass = kPulseClass);

}  // namespace fos1::ntp

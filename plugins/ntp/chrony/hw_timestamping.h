// SPDX-License-Identifier: GPL-2.0-or-later
// Asks the kernel which interfaces can stamp packets in hardware, because chronyd ends when one cannot.
#pragma once

#include <QString>

namespace fos1::ntp {

/// Why `interface` cannot be given to chronyd's hwtimestamp, or an empty text. "*" always can.
[[nodiscard]] QString whyNoHwTimestamps(const QString& interface);

}  // namespace fos1::ntp

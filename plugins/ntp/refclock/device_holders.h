// SPDX-License-Identifier: GPL-2.0-or-later
// Which programs have a device open, and whether the kernel's console is on it (proc(5)). Takes some milliseconds. Only
// root sees the files of others.
#pragma once

#include <QString>
#include <QStringList>

namespace fos1::ntp {

/// "gpsd (process 123)" for each program but ours. `device` may be a symbolic link.
[[nodiscard]] QStringList holdersOf(const QString& device);

/// Whether the kernel writes its messages to it.
[[nodiscard]] bool isConsole(const QString& device);

}  // namespace fos1::ntp

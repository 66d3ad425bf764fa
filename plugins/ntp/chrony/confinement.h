// SPDX-License-Identifier: GPL-2.0-or-later
// Which profile of AppArmor confines a chronyd of ours. The profile of Debian's package chrony attaches to the
// program's path and allows only the directories of Debian's own service; ours (deploy/apparmor) is named when the
// program starts.
#pragma once

#include <QProcess>

namespace fos1::ntp {

/// proc_pid_attr(5); the second is that of kernels before 5.1.
inline constexpr const char* kExecAttribute = "/proc/self/attr/apparmor/exec";
inline constexpr const char* kOldExecAttribute = "/proc/self/attr/exec";

/// Between fork and exec (async-signal-safe): the next program runs under our profile. Without AppArmor, or without the
/// profile, nothing changes.
void confineNextProgram(const char* attribute = kExecAttribute, const char* oldAttribute = kOldExecAttribute);

/// For a program that does nothing else between fork and exec.
inline void confine(QProcess& process) {
    process.setChildProcessModifier([] { confineNextProgram(); });
}

}  // namespace fos1::ntp

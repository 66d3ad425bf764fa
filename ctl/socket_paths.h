// SPDX-License-Identifier: GPL-2.0-or-later
// The possible paths of a daemon's control socket. Accesses no file.
#pragma once

#include <QStringList>

namespace fos1::ctl {

/// The paths to try, in order of preference: only `given` if it is set, else only $FOS1_SOCKET, else the system's
/// daemon, the caller's own standalone run (`make run`) and root's.
QStringList socketCandidates(const QString& given);

}  // namespace fos1::ctl

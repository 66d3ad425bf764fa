// SPDX-License-Identifier: GPL-2.0-or-later
// Where a daemon's control socket may be. Touches no file.
#pragma once

#include <QStringList>

namespace fos1::ctl {

/// The paths to try, best first: `given` alone, else $FOS1_SOCKET alone, else the system's daemon, the caller's own
/// standalone run (`make run`) and root's.
QStringList socketCandidates(const QString& given);

}  // namespace fos1::ctl

// SPDX-License-Identifier: GPL-2.0-or-later
// The paths are those of deploy's host.yaml and of samples/standalone/host.yaml (%S/fos1-standalone).
#include "socket_paths.h"

#include <unistd.h>

#include <QDir>

namespace fos1::ctl {

QStringList socketCandidates(const QString& given) {
    if (!given.isEmpty()) return {given};
    if (const QString variable = qEnvironmentVariable("FOS1_SOCKET"); !variable.isEmpty()) return {variable};

    const QString system = QStringLiteral("/run/fos1/control.sock");
    const QString standalone = QStringLiteral("/fos1-standalone/run/control.sock");
    const QString ofRoot = QStringLiteral("/var/lib") + standalone;
    if (geteuid() == 0) return {system, ofRoot};
    QString stateHome = qEnvironmentVariable("XDG_STATE_HOME");
    if (stateHome.isEmpty()) stateHome = QDir::homePath() + QStringLiteral("/.local/state");
    return {system, stateHome + standalone, ofRoot};
}

}  // namespace fos1::ctl

// SPDX-License-Identifier: GPL-2.0-or-later
// The permissions of a plugin in a process of its own: requested in its metadata, granted in host.yaml.
#pragma once

#include <QString>
#include <QStringList>

namespace fos1::host {

/// Where a plugin runs: in the host's own process, or in a runner.
enum class Isolation { Unknown = 0, Local, Remote };
QString toText(Isolation isolation);
Isolation isolationFromText(const QString& text);

struct RunnerRights {
    QString user;              ///< name; empty: no particular user
    QStringList groups;        ///< names of supplementary groups, for devices that belong to them
    QStringList capabilities;  ///< "CAP_NET_ADMIN", capabilities(7)
    QStringList read;          ///< absolute paths, each with everything below it
    QStringList write;
    QStringList execute;
    int memoryMiB = 0;   ///< 0: the default
    int cpuPercent = 0;  ///< of one core; 0: the default
};

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
// Where this host may make control groups of version 2 (cgroups(7)), and makes them. Must not know what runs in them.
#pragma once

#include <QStringList>

#include "fos1/result.h"

namespace fos1::trees {

/// The directory of the control group of a process, from its /proc/PID/mountinfo and /proc/PID/cgroup (cgroups(7),
/// proc(5)). Empty when version 2 is not mounted, or its group is outside of what is. Pure.
[[nodiscard]] QString ownGroup(const QByteArray& mountinfo, const QByteArray& cgroup);

struct GroupLimits {
    int memoryMiB = 0;
    int tasks = 0;  ///< processes and threads
};

class ControlGroups {
   public:
    /// A group for all groups of the host with this state directory, which it alone has locked. What a host before has
    /// left there is killed. The error says why this host may not make any: there is no version 2, it cannot be
    /// written, or a service manager owns it and has not delegated it ("Delegate=yes", systemd.resource-control(5)).
    [[nodiscard]] static Result<ControlGroups> open(const QString& stateDir);

    /// How the names of groups of hosts with this state directory begin.
    [[nodiscard]] static QString prefix(const QString& stateDir);

    /// The directory of that group.
    [[nodiscard]] const QString& directory() const { return m_directory; }
    /// Those of memory, pids and cpu that enforce limits. The others are not available here.
    [[nodiscard]] const QStringList& controllers() const { return m_controllers; }

    /// Makes a group and returns its directory. As far as there are controllers, its processes together have a little
    /// more memory than the limit (so that who checks the limit can say so first), no more tasks, and one core.
    [[nodiscard]] Result<QString> make(const QString& name, const GroupLimits& limits) const;

   private:
    QString m_directory;
    QStringList m_controllers;
};

}  // namespace fos1::trees

// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/clock_rights.h"

#include <linux/capability.h>
#include <unistd.h>

#include <QFile>

namespace fos1::ntp {

namespace {

QByteArray field(const QByteArray& status, const QByteArray& name) {
    for (const QByteArray& line : status.split('\n'))
        if (line.startsWith(name + ':')) return line.mid(name.size() + 1).trimmed();
    return {};
}

QByteArray statusOf(StartedBy startedBy) {
    QFile file(startedBy == StartedBy::Systemd ? QStringLiteral("/proc/1/status")
                                               : QStringLiteral("/proc/self/status"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

/// What root executes gets the bounding set; what others execute gets the ambient set.
bool handsOn(const QByteArray& status, unsigned capability) {
    const QByteArrayList users = field(status, "Uid").simplified().split(' ');
    const bool isRoot = users.value(1) == "0";
    bool isNumber = false;
    const quint64 set = field(status, isRoot ? "CapBnd" : "CapAmb").toULongLong(&isNumber, 16);
    return !isNumber || (set >> capability & 1U) != 0;
}

ClockControl possible(ClockControl wanted, StartedBy startedBy) {
    if (wanted != ClockControl::Adjust) return wanted;
    return handsOn(statusOf(startedBy), CAP_SYS_TIME) ? wanted : ClockControl::Denied;
}

Result<RunAs> withRights(const RunAs& user, StartedBy startedBy) {
    const bool dropsRoot = ::geteuid() == 0 && user.uid != 0;
    if (!dropsRoot || startedBy != StartedBy::Us || handsOn(statusOf(startedBy), CAP_NET_BIND_SERVICE)) return user;
    return failure(ErrorCode::Io,
                   QStringLiteral("CAP_NET_BIND_SERVICE is denied here: chronyd cannot bind port 123, and "
                                  "does not start as %1 without it")
                       .arg(user.user));
}

}  // namespace fos1::ntp

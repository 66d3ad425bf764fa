// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/clock_rights.h"

#include <linux/capability.h>

#include <QFile>

namespace fos1::ntp {

namespace {

QByteArray field(const QByteArray& status, const QByteArray& name) {
    for (const QByteArray& line : status.split('\n'))
        if (line.startsWith(name + ':')) return line.mid(name.size() + 1).trimmed();
    return {};
}

}  // namespace

/// What root executes gets the bounding set; what others execute gets the ambient set.
bool handsOnClock(const QByteArray& status) {
    const QByteArrayList users = field(status, "Uid").simplified().split(' ');
    const bool isRoot = users.value(1) == "0";
    bool isNumber = false;
    const quint64 set = field(status, isRoot ? "CapBnd" : "CapAmb").toULongLong(&isNumber, 16);
    return !isNumber || (set >> CAP_SYS_TIME & 1U) != 0;
}

ClockControl possible(ClockControl wanted, StartedBy startedBy) {
    if (wanted != ClockControl::Adjust) return wanted;
    QFile file(startedBy == StartedBy::Systemd ? QStringLiteral("/proc/1/status")
                                               : QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly)) return wanted;
    return handsOnClock(file.readAll()) ? wanted : ClockControl::Denied;
}

}  // namespace fos1::ntp

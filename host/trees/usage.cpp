// SPDX-License-Identifier: GPL-2.0-or-later
#include "trees/usage.h"

#include <unistd.h>

#include <QFile>

namespace fos1::trees {

QByteArray procFile(qint64 pid, const char* name) {
    QFile file(QStringLiteral("/proc/%1/%2").arg(pid).arg(QLatin1String(name)));
    return pid > 0 && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

Usage usageOf(qint64 pid) {
    Usage usage;
    const QByteArray status = procFile(pid, "status");
    for (const QByteArray field : {"RssAnon:", "RssShmem:"})
        if (const qsizetype at = status.indexOf(field); at >= 0) {
            const qsizetype from = at + field.size();
            usage.memoryKiB += status.mid(from, status.indexOf("kB", from) - from).trimmed().toLongLong();
        }
    // proc(5): the name in parentheses may contain any character, so count from its end. utime and stime are fields 14
    // and 15.
    const QByteArray stat = procFile(pid, "stat");
    const QList<QByteArray> fields = stat.mid(stat.lastIndexOf(')') + 2).split(' ');
    if (fields.size() > 12)
        usage.cpu = std::chrono::milliseconds((fields[11].toLongLong() + fields[12].toLongLong()) * 1000 /
                                              ::sysconf(_SC_CLK_TCK));
    return usage;
}

}  // namespace fos1::trees

// SPDX-License-Identifier: GPL-2.0-or-later
#include "trees/control_group.h"

#include <signal.h>
#include <unistd.h>

#include <QDir>
#include <QFile>

namespace fos1::trees {

namespace {

QByteArray read(const QString& directory, const char* name) {
    QFile file(directory + u'/' + QLatin1String(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// The number after the key in a flat keyed file.
qint64 number(const QByteArray& text, const QByteArray& key) {
    for (const QByteArray& line : text.split('\n'))
        if (line.startsWith(key + ' ')) return line.mid(key.size() + 1).toLongLong();
    return 0;
}

QStringList groupsBelow(const QString& directory) {
    return QDir(directory).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
}

/// Before Linux 5.14 there is no cgroup.kill. A process that forks faster than this is met in a later pass.
void killOneByOne(const QString& directory) {
    constexpr int kPasses = 100;
    for (int pass = 0; pass < kPasses; ++pass) {
        const QList<QByteArray> pids = read(directory, "cgroup.procs").split('\n');
        for (const QByteArray& pid : pids)
            if (const auto number = pid.toInt(); number > 0) ::kill(number, SIGKILL);
        if (pids.size() <= 1) break;
    }
    for (const QString& below : groupsBelow(directory)) killOneByOne(directory + u'/' + below);
}

}  // namespace

Usage usageOfGroup(const QString& directory) {
    Usage usage;
    if (const QByteArray memory = read(directory, "memory.stat"); !memory.isEmpty()) {
        usage.memoryKiB = (number(memory, "anon") + number(memory, "shmem")) / 1024;
    } else {
        constexpr qsizetype kMost = 256;
        const QList<QByteArray> pids = read(directory, "cgroup.procs").split('\n').mid(0, kMost);
        for (const QByteArray& pid : pids) usage.memoryKiB += usageOf(pid.toLongLong()).memoryKiB;
    }
    usage.cpu = std::chrono::milliseconds(number(read(directory, "cpu.stat"), "usage_usec") / 1000);
    return usage;
}

bool isOutOfMemory(const QString& directory) { return number(read(directory, "memory.events"), "oom_kill") > 0; }

void killGroup(const QString& directory) {
    QFile file(directory + QStringLiteral("/cgroup.kill"));
    if (!file.open(QIODevice::WriteOnly | QIODevice::ExistingOnly | QIODevice::Unbuffered) || file.write("1") != 1)
        killOneByOne(directory);
}

bool removeGroup(const QString& directory) {
    for (const QString& below : groupsBelow(directory))
        if (!removeGroup(directory + u'/' + below)) return false;
    return ::rmdir(QFile::encodeName(directory).constData()) == 0 || errno == ENOENT;
}

}  // namespace fos1::trees

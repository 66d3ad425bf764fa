// SPDX-License-Identifier: GPL-2.0-or-later
#include "trees/tagged_processes.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDir>
#include <vector>

namespace fos1::trees {

namespace {

QList<QByteArray> field(const QByteArray& status, const QByteArray& name) {
    const qsizetype at = status.indexOf('\n' + name + ':');
    if (at < 0) return {};
    const qsizetype from = at + name.size() + 2;
    return status.mid(from, status.indexOf('\n', from) - from).simplified().split(' ');
}

std::vector<pid_t> tagged(const Tag& tag) {
    std::vector<pid_t> pids;
    const QStringList entries =
        QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Unsorted);
    for (const QString& entry : entries)
        if (const pid_t pid = entry.toInt(); pid > 0 && isTagged(pid, tag)) pids.push_back(pid);
    return pids;
}

/// By pidfd_open(2), so that a number that was reused meanwhile hits nobody else.
void killIfTagged(pid_t pid, const Tag& tag) {
    const int fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
    if (fd < 0) return;
    if (isTagged(pid, tag)) ::syscall(SYS_pidfd_send_signal, fd, SIGKILL, nullptr, 0U);
    ::close(fd);
}

}  // namespace

bool isTagged(qint64 pid, const Tag& tag) {
    const QByteArray status = procFile(pid, "status");
    const QByteArray uid = QByteArray::number(tag.uid);
    return field(status, "Groups").contains(QByteArray::number(tag.group)) && field(status, "Uid").value(0) == uid &&
           field(status, "State").value(0) != "Z";
}

Usage usageOfTagged(const Tag& tag) {
    Usage usage;
    for (const pid_t pid : tagged(tag)) usage += usageOf(pid);
    return usage;
}

void killTagged(const Tag& tag) {
    // One that forks while we read may not be seen.
    constexpr int kMostPasses = 200;
    constexpr int kEnough = 10;
    for (int pass = 0, empty = 0; pass < kMostPasses && empty < kEnough; ++pass) {
        const std::vector<pid_t> pids = tagged(tag);
        empty = pids.empty() ? empty + 1 : 0;
        for (const pid_t pid : pids) killIfTagged(pid, tag);
    }
}

void killUser(uid_t uid) {
    const pid_t child = ::fork();
    if (child == 0) {
        // Not those functions of glibc that would do it for all threads, of which a forked child has none. kill(2): all
        // that this user may signal, except for the caller.
        if (::syscall(SYS_setresuid, uid, uid, uid) == 0) ::kill(-1, SIGKILL);
        ::_exit(0);
    }
    if (child > 0) ::waitpid(child, nullptr, 0);
}

}  // namespace fos1::trees

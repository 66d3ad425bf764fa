// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/device_holders.h"

#include <dirent.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <array>
#include <memory>

namespace fos1::ntp {

namespace {

constexpr int kMostOpenFiles = 200'000;

struct CloseDir {
    void operator()(DIR* directory) const { ::closedir(directory); }
};
using ProcDirectory = std::unique_ptr<DIR, CloseDir>;

QByteArray smallFile(const QByteArray& path) {
    QFile file(QString::fromLatin1(path));
    constexpr qint64 kMost = 4096;
    return file.open(QIODevice::ReadOnly) ? file.read(kMost) : QByteArray();
}

bool hasOpen(const QByteArray& process, const QByteArray& target, int& files) {
    const ProcDirectory open(::opendir(("/proc/" + process + "/fd").constData()));
    if (!open) return false;
    while (const dirent* file = ::readdir(open.get())) {
        if (++files > kMostOpenFiles) return false;
        std::array<char, 256> link{};
        const ssize_t length = ::readlinkat(::dirfd(open.get()), file->d_name, link.data(), link.size());
        if (length == target.size() && target == QByteArrayView(link.data(), length)) return true;
    }
    return false;
}

}  // namespace

QStringList holdersOf(const QString& device) {
    QStringList holders;
    const QByteArray target = QFile::encodeName(QFileInfo(device).canonicalFilePath());
    const ProcDirectory processes(::opendir("/proc"));
    if (target.isEmpty() || !processes) return holders;
    const qint64 ours = ::getpid();
    int files = 0;
    while (const dirent* process = ::readdir(processes.get())) {
        const QByteArray name = process->d_name;
        const qint64 pid = name.toLongLong();
        if (pid <= 0 || pid == ours || !hasOpen(name, target, files)) continue;
        holders.append(QStringLiteral("%1 (process %2)")
                           .arg(QString::fromUtf8(smallFile("/proc/" + name + "/comm").trimmed()))
                           .arg(pid));
    }
    return holders;
}

bool isConsole(const QString& device) {
    const QByteArray name = QFile::encodeName(QFileInfo(QFileInfo(device).canonicalFilePath()).fileName());
    const QByteArrayList lines = smallFile("/proc/consoles").split('\n');
    return !name.isEmpty() && std::any_of(lines.begin(), lines.end(), [&name](const QByteArray& line) {
        return line.simplified().split(' ').front() == name;
    });
}

}  // namespace fos1::ntp

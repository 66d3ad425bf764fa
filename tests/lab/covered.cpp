// SPDX-License-Identifier: GPL-2.0-or-later
#include "covered.h"

#include <sys/mount.h>

#include <QFile>
#include <cerrno>
#include <cstring>

namespace fos1::lab {

namespace {

/// mount_namespaces(7): the machine would see a mount below a shared one.
bool isAnythingShared() {
    QFile mounts(QStringLiteral("/proc/self/mountinfo"));
    return !mounts.open(QIODevice::ReadOnly) || mounts.readAll().contains(" shared:");
}

}  // namespace

QString cover(const QStringList& directories) {
    // In a plain chroot "/" is not a mount point, and this fails.
    const bool isPrivate = ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    if (!isPrivate && isAnythingShared())
        return QStringLiteral("the mounts of this namespace cannot be made private: %1").arg(std::strerror(errno));
    for (const QString& directory : directories)
        if (::mount("tmpfs", QFile::encodeName(directory).constData(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0)
            return QStringLiteral("%1 cannot be covered: %2")
                .arg(directory, QString::fromLocal8Bit(std::strerror(errno)));
    return {};
}

}  // namespace fos1::lab

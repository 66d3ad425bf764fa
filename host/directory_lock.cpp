// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <array>
#include <cerrno>
#include <cstring>

namespace fos1::host {

DirectoryLock::~DirectoryLock() {
    if (m_file >= 0) ::close(m_file);
}

Result<void> DirectoryLock::take(const QString& directory) {
    const QString path = directory + QStringLiteral("/host.lock");
    const int file = ::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file < 0) return failure(ErrorCode::Io, QString::fromLocal8Bit(std::strerror(errno)), path);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        const int error = errno;
        std::array<char, 32> text{};
        const ssize_t length = ::pread(file, text.data(), text.size(), 0);
        const qint64 pid = QByteArray(text.data(), std::max<ssize_t>(length, 0)).split('\n').front().toLongLong();
        ::close(file);
        if (error != EWOULDBLOCK) return failure(ErrorCode::Io, QString::fromLocal8Bit(std::strerror(error)), path);
        return failure(ErrorCode::Conflict,
                       QStringLiteral("another fos1-hostd (pid %1) uses this directory")
                           .arg(pid > 0 ? QString::number(pid) : QStringLiteral("unknown")),
                       directory);
    }
    m_file = file;
    // On a full disk the lock holds all the same.
    const QByteArray own = QByteArray::number(::getpid()) + '\n';
    if (::ftruncate(m_file, 0) == 0) (void)!::pwrite(m_file, own.constData(), static_cast<std::size_t>(own.size()), 0);
    return {};
}

Result<void> checkOwner(const QString& directory) {
    struct stat info {};
    if (::stat(QFile::encodeName(directory).constData(), &info) != 0)
        return failure(ErrorCode::Io, QString::fromLocal8Bit(std::strerror(errno)), directory);
    if (info.st_uid != 0 && info.st_uid != ::geteuid())
        return failure(
            ErrorCode::Refused,
            QStringLiteral("belongs to user %1, who could change what the host keeps there; it must belong to "
                           "root or to the host's own user")
                .arg(info.st_uid),
            directory);
    if ((info.st_mode & S_IWOTH) != 0)
        return failure(ErrorCode::Refused, QStringLiteral("everybody may write to it; chmod o-w"), directory);
    return {};
}

}  // namespace fos1::host

// SPDX-License-Identifier: GPL-2.0-or-later
#include "security/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <cerrno>

namespace fos1::ntp {

namespace {
constexpr qint64 kMostBytes = 1 << 20;
}

Result<QByteArray> readSmallFile(const QString& path, Readers allowed) {
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return failure(ErrorCode::Io, qt_error_string(errno), path);
    struct stat info {};
    const bool isRegular = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
    QFile file;
    if (!isRegular || !file.open(descriptor, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(descriptor);
        return failure(ErrorCode::Io, QStringLiteral("is not a regular file"), path);
    }
    if (allowed == Readers::OwnerAndGroup && (info.st_mode & S_IRWXO) != 0)
        return failure(ErrorCode::Refused,
                       QStringLiteral("everyone may read or write this secret; chmod o= %1").arg(path), path);
    if (info.st_size > kMostBytes) return failure(ErrorCode::Io, QStringLiteral("is larger than 1 MiB"), path);
    return file.read(kMostBytes);
}

}  // namespace fos1::ntp

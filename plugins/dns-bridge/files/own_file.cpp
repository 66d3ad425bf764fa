// SPDX-License-Identifier: GPL-2.0-or-later
#include "files/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace fos1::dns {

namespace {

constexpr qint64 kMostFileBytes = qint64{16} * 1024 * 1024;
constexpr mode_t kReadableByAll = 0644;

tl::unexpected<Error> systemFailure(const QString& path, const QString& what) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::NotFound : errno == EACCES ? ErrorCode::Refused : ErrorCode::Io;
    return failure(code, what + QStringLiteral(": ") + QString::fromLocal8Bit(strerror(errno)), path);
}

}  // namespace

Result<std::optional<QByteArray>> readOwnFile(const QString& path) {
    const QFileInfo info(path);
    if (!info.exists() && !info.isSymLink()) return std::optional<QByteArray>();
    if (!info.isFile()) return failure(ErrorCode::Refused, QStringLiteral("is not a plain file"), path);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, file.errorString(), path);
    if (file.size() > kMostFileBytes)
        return failure(ErrorCode::Refused, QStringLiteral("is longer than %1 bytes").arg(kMostFileBytes), path);
    return std::optional(file.read(kMostFileBytes));
}

Result<void> replaceOwnFile(const QString& path, const QByteArray& content) {
    const QFileInfo info(path);
    const QByteArray beside =
        QFile::encodeName(info.path() + QStringLiteral("/.") + info.fileName() + QStringLiteral(".new"));
    // What a crash left is ours; a link that others put there is not followed.
    ::unlink(beside.constData());
    const int descriptor =
        ::open(beside.constData(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kReadableByAll);
    if (descriptor < 0) return systemFailure(path, QStringLiteral("cannot be written"));
    QFile file;
    file.open(descriptor, QIODevice::WriteOnly, QFileDevice::AutoCloseHandle);
    const bool isComplete = file.write(content) == content.size() && file.flush() &&
                            ::fchmod(descriptor, kReadableByAll) == 0 && ::fsync(descriptor) == 0;
    if (!isComplete || ::rename(beside.constData(), QFile::encodeName(path).constData()) != 0) {
        const auto problem = systemFailure(path, QStringLiteral("cannot be written"));
        ::unlink(beside.constData());
        return problem;
    }
    return {};
}

}  // namespace fos1::dns

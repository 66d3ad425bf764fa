// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/config_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QSaveFile>
#include <cerrno>

namespace fos1::ntp {

namespace {

constexpr mode_t kMode = 0640;

bool isUpToDate(const QString& path, const QByteArray& content, const RunAs& user) {
    struct stat info {};
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && ::fstat(file.handle(), &info) == 0 && (info.st_mode & 07777) == kMode &&
           info.st_gid == user.gid && file.readAll() == content;
}

}  // namespace

tl::expected<void, Error> writeConfigFile(const QString& path, const QByteArray& content, const RunAs& user) {
    if (isUpToDate(path, content, user)) return {};
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) return failure(ErrorCode::Io, file.errorString(), path);
    if (::fchown(file.handle(), static_cast<uid_t>(-1), user.gid) != 0 || ::fchmod(file.handle(), kMode) != 0)
        return failure(ErrorCode::Io, qt_error_string(errno), path);
    file.write(content);
    if (!file.commit()) return failure(ErrorCode::Io, file.errorString(), path);
    return {};
}

}  // namespace fos1::ntp

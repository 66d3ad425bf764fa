// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory_names.h"

#include <dirent.h>

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace fos1 {

Result<QStringList> namesIn(const QString& directory) {
    const auto failed = [&directory](int error) {
        return failure(error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
                       QStringLiteral("cannot be read: ") + QString::fromLocal8Bit(std::strerror(error)), directory);
    };
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(QFile::encodeName(directory).constData()), ::closedir);
    if (!opened) return failed(errno);
    QByteArrayList names;
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(opened.get());
        if (!entry && errno != 0) return failed(errno);
        if (!entry) break;
        const QByteArray name = entry->d_name;
        if (name != "." && name != "..") names.append(name);
    }
    std::sort(names.begin(), names.end());
    QStringList result;
    for (const QByteArray& name : names) result.append(QFile::decodeName(name));
    return result;
}

}  // namespace fos1

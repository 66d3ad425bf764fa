// SPDX-License-Identifier: GPL-2.0-or-later
#include "directory/directory_listing.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace fos1::crd {

namespace {

QString reason(int error) { return QString::fromLocal8Bit(std::strerror(error)); }

bool isManifest(const QString& name) {
    return !name.startsWith(u'.') && (name.endsWith(QStringLiteral(".yaml")) || name.endsWith(QStringLiteral(".yml")) ||
                                      name.endsWith(QStringLiteral(".json")));
}

void note(int directory, const QByteArray& fileName, DirectoryListing& listing) {
    const QString name = QFile::decodeName(fileName);
    struct stat link {};
    if (::fstatat(directory, fileName.constData(), &link, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT) listing.unseen.emplace(name, reason(errno));  // otherwise it is gone meanwhile
        return;
    }
    const bool isLink = S_ISLNK(link.st_mode);
    listing.hasLinks = listing.hasLinks || isLink;
    struct stat info = link;
    if (isLink && ::fstatat(directory, fileName.constData(), &info, 0) != 0) {
        listing.unseen.emplace(
            name, errno == ENOENT ? QStringLiteral("is a link to a file that does not exist") : reason(errno));
        return;
    }
    if (!S_ISREG(info.st_mode)) {
        listing.unseen.emplace(name, S_ISDIR(info.st_mode)
                                         ? QStringLiteral("is a directory; manifests below it are not read")
                                         : QStringLiteral("is not a regular file"));
        return;
    }
    constexpr qint64 kNs = 1'000'000'000;
    listing.files.push_back({name,
                             {info.st_mtim.tv_sec * kNs + info.st_mtim.tv_nsec,
                              info.st_ctim.tv_sec * kNs + info.st_ctim.tv_nsec, info.st_size, info.st_ino}});
}

}  // namespace

Result<DirectoryListing> listManifests(const QString& directory) {
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::opendir(QFile::encodeName(directory).constData()), ::closedir);
    if (!opened)
        return failure(ErrorCode::Io, QStringLiteral("the directory of manifests cannot be read: ") + reason(errno),
                       directory);
    const int handle = ::dirfd(opened.get());
    struct stat info {};
    if (::fstat(handle, &info) != 0) return failure(ErrorCode::Io, reason(errno), directory);
    DirectoryListing listing;
    listing.place = {info.st_dev, info.st_ino};
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(opened.get());
        if (!entry && errno != 0)
            return failure(ErrorCode::Io, QStringLiteral("the directory of manifests cannot be read: ") + reason(errno),
                           directory);
        if (!entry) break;
        const QByteArray name = entry->d_name;
        if (isManifest(QFile::decodeName(name))) note(handle, name, listing);
    }
    std::sort(listing.files.begin(), listing.files.end(),
              [](const auto& left, const auto& right) { return left.name < right.name; });
    return listing;
}

}  // namespace fos1::crd

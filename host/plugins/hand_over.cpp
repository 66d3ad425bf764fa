// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/hand_over.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <cerrno>
#include <memory>
#include <string_view>

namespace fos1::host {

namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr int kDeepest = 32;

struct Owners {
    uid_t from;
    uid_t uid;
    gid_t gid;
};

bool giveBelow(int directory, const Owners& owners, int depth);

/// Takes ownership of the descriptor.
bool giveDirectory(int directory, const Owners& owners, int depth) {
    // What is below comes first: then a second call goes on where the first was interrupted.
    const int own = ::fcntl(directory, F_DUPFD_CLOEXEC, 0);
    const bool isDone = giveBelow(directory, owners, depth) && own >= 0 && ::fchown(own, owners.uid, owners.gid) == 0;
    if (own >= 0) ::close(own);
    return isDone;
}

bool giveEntry(int directory, const char* name, const Owners& owners, int depth) {
    struct stat info {};
    if (::fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return errno == ENOENT;
    if (info.st_uid != owners.from) return true;
    if (S_ISDIR(info.st_mode)) {
        const int below = ::openat(directory, name, kDirectory);
        return below >= 0 && giveDirectory(below, owners, depth + 1);
    }
    // By a descriptor, so that it is what was looked at.
    const int file = ::openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return errno == ENOENT;
    const bool isSafe = ::fstat(file, &info) == 0 && info.st_uid == owners.from && info.st_nlink == 1;
    const bool isDone =
        !isSafe || ::fchownat(file, "", owners.uid, owners.gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0;
    ::close(file);
    return isDone;
}

bool giveBelow(int directory, const Owners& owners, int depth) {
    const std::unique_ptr<DIR, int (*)(DIR*)> opened(::fdopendir(directory), ::closedir);
    if (!opened || depth > kDeepest) return false;
    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(opened.get());
        if (!entry) return errno == 0;
        const std::string_view name = entry->d_name;
        if (name != "." && name != ".." && !giveEntry(::dirfd(opened.get()), entry->d_name, owners, depth))
            return false;
    }
}

}  // namespace

bool handOver(const QString& directory, uid_t uid, gid_t gid) {
    const int top = ::open(QFile::encodeName(directory).constData(), kDirectory);
    if (top < 0) return false;
    struct stat info {};
    const bool isKnown = ::fstat(top, &info) == 0 && ::fchmod(top, 0700) == 0;
    if (isKnown && (info.st_uid != uid || info.st_gid != gid)) return giveDirectory(top, {info.st_uid, uid, gid}, 0);
    ::close(top);
    return isKnown;
}

}  // namespace fos1::host

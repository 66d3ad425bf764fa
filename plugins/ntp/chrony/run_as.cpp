// SPDX-License-Identifier: GPL-2.0-or-later
#include "chrony/run_as.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>

namespace fos1::ntp {

namespace {

constexpr mode_t kDirectoryMode = 0750;
constexpr mode_t kPassMode = 0710;
constexpr const char* kPosixAcl = "system.posix_acl_access";

/// An open directory, no symbolic link.
class Directory {
   public:
    explicit Directory(const QByteArray& path)
        : m_descriptor(::open(path.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {}
    ~Directory() {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    /// Both only when needed: a plain user may not chown, not even to the same owner and another's file.
    [[nodiscard]] bool become(std::optional<uid_t> owner, gid_t group, mode_t mode) const {
        struct stat now {};
        if (m_descriptor < 0 || ::fstat(m_descriptor, &now) != 0) return false;
        const uid_t wanted = owner.value_or(now.st_uid);
        if ((now.st_uid != wanted || now.st_gid != group) && ::fchown(m_descriptor, wanted, group) != 0) return false;
        return (now.st_mode & 07777) == mode || ::fchmod(m_descriptor, mode) == 0;
    }
    [[nodiscard]] mode_t mode() const {
        struct stat now {};
        return m_descriptor >= 0 && ::fstat(m_descriptor, &now) == 0 ? now.st_mode & 07777 : 0;
    }

   private:
    int m_descriptor;
};

constexpr std::size_t kLongestEntry = 64 * 1024;  ///< of the user database

std::vector<gid_t> groupsOf(const passwd& entry) {
    std::vector<gid_t> groups(64);
    int count = static_cast<int>(groups.size());
    if (::getgrouplist(entry.pw_name, entry.pw_gid, groups.data(), &count) < 0) count = 0;
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

/// `permission`: S_IXOTH, S_IWOTH or both.
bool has(mode_t permission, const struct stat& directory, const RunAs& user) {
    constexpr int kOwnerBits = 6;
    constexpr int kGroupBits = 3;
    if (user.uid == 0) return true;
    const bool isMember = directory.st_gid == user.gid ||
                          std::find(user.groups.begin(), user.groups.end(), directory.st_gid) != user.groups.end();
    const int shift = directory.st_uid == user.uid ? kOwnerBits : isMember ? kGroupBits : 0;
    return (directory.st_mode >> shift & permission) == permission;
}

bool mayPass(const struct stat& directory, const RunAs& user) { return has(S_IXOTH, directory, user); }

}  // namespace

Result<RunAs> resolveRunAs(const QString& configured) {
    const bool root = ::geteuid() == 0;
    QString name = configured;
    if (name.isEmpty() && root) name = QStringLiteral("_chrony");
    passwd found{};
    passwd* entry = nullptr;  // not the functions that keep the answer themselves: this may be any thread
    std::vector<char> text(kLongestEntry);
    if (name.isEmpty())
        ::getpwuid_r(::geteuid(), &found, text.data(), text.size(), &entry);
    else
        ::getpwnam_r(name.toLocal8Bit().constData(), &found, text.data(), text.size(), &entry);
    if (!entry && name.isEmpty())
        return failure(ErrorCode::NotFound, QStringLiteral("the user id %1 has no name").arg(::geteuid()));
    if (!entry)
        return failure(ErrorCode::NotFound, QStringLiteral("there is no user \"%1\" to run chronyd as").arg(name));
    if (!root && entry->pw_uid != ::geteuid())
        return failure(ErrorCode::Refused, QStringLiteral("only root can run chronyd as \"%1\"").arg(name));
    RunAs user{QString::fromLocal8Bit(entry->pw_name), entry->pw_uid, entry->pw_gid, groupsOf(*entry), {}};
    // -U: chronyd would otherwise insist on being started by root (chronyd(8)).
    if (!root) user.arguments << QStringLiteral("-U");
    user.arguments << QStringLiteral("-u") << user.user;
    return user;
}

bool canWriteIn(const QString& directory, const RunAs& user) {
    const QByteArray name = QFile::encodeName(directory);
    struct stat info {};
    if (::stat(name.constData(), &info) != 0) return false;
    // An access control list may allow more than the mode shows; chronyd logs it when it does not.
    return ::getxattr(name.constData(), kPosixAcl, nullptr, 0) > 0 || has(S_IWOTH | S_IXOTH, info, user);
}

tl::expected<void, Error> checkReachable(const QString& path, const RunAs& user) {
    for (QString at = QFileInfo(path).path(); at != QStringLiteral("/"); at = QFileInfo(at).path()) {
        const QByteArray name = QFile::encodeName(at);
        struct stat info {};
        if (::stat(name.constData(), &info) != 0) return failure(ErrorCode::Io, qt_error_string(errno), at);
        // An access control list may allow more than the mode shows; chronyd will tell.
        if (::getxattr(name.constData(), kPosixAcl, nullptr, 0) > 0) continue;
        if (!mayPass(info, user))
            return failure(ErrorCode::Refused,
                           QStringLiteral("chronyd runs as user %1, which cannot enter this directory on the path to "
                                          "%2; allow it with: chmod o+x %3")
                               .arg(user.user, path, at),
                           at);
    }
    return {};
}

namespace {

tl::expected<void, Error> prepare(const QString& path, std::optional<uid_t> owner, const RunAs& user) {
    const QByteArray name = QFile::encodeName(path);
    if (::mkdir(name.constData(), kDirectoryMode) != 0 && errno != EEXIST)
        return failure(ErrorCode::Io, QStringLiteral("cannot create the directory: %1").arg(qt_error_string(errno)),
                       path);
    if (!Directory(name).become(owner, user.gid, kDirectoryMode))
        return failure(
            ErrorCode::Io,
            QStringLiteral("cannot make %1 the owner of the directory: %2").arg(user.user, qt_error_string(errno)),
            path);
    return {};
}

}  // namespace

tl::expected<void, Error> prepareDirectory(const QString& path, const RunAs& user) {
    return prepare(path, user.uid, user);
}

tl::expected<void, Error> prepareReadableDirectory(const QString& path, const RunAs& user) {
    return prepare(path, std::nullopt, user);
}

tl::expected<void, Error> letThrough(const QString& path, const RunAs& user) {
    struct stat info {};
    const QByteArray name = QFile::encodeName(path);
    if (::stat(name.constData(), &info) == 0 && mayPass(info, user)) return {};
    const Directory directory(name);
    if (!directory.become(std::nullopt, user.gid, directory.mode() | kPassMode))
        return failure(ErrorCode::Io,
                       QStringLiteral("cannot let %1 enter the directory: %2").arg(user.user, qt_error_string(errno)),
                       path);
    return {};
}

}  // namespace fos1::ntp

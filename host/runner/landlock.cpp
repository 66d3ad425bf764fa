// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QFile>

namespace fos1::runner {

namespace {

constexpr quint64 kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr quint64 kExecute = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr quint64 kTruncate = 1ULL << 14;  // LANDLOCK_ACCESS_FS_TRUNCATE, Linux 6.2, ABI 3
constexpr quint64 kRefer = 1ULL << 13;     // LANDLOCK_ACCESS_FS_REFER, Linux 5.19, ABI 2
constexpr quint64 kAll1 = (1ULL << 13) - 1;

/// The access rights that apply to a file rather than a directory.
constexpr quint64 kOfFiles =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | kTruncate;

quint64 handled(int abi) { return kAll1 | (abi >= 2 ? kRefer : 0) | (abi >= 3 ? kTruncate : 0); }

}  // namespace

Landlock::Landlock()
    : m_abi(static_cast<int>(::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION))) {}

Landlock::~Landlock() {
    for (const Allowed& allowed : m_allowed) ::close(allowed.fd);
}

void Landlock::allow(const QString& path, Access access) {
    if (!isOffered()) return;
    const int fd = ::open(QFile::encodeName(path).constData(), O_PATH | O_CLOEXEC);
    struct stat info {};
    if (fd < 0 || ::fstat(fd, &info) != 0) {
        if (fd >= 0) ::close(fd);
        return;
    }
    quint64 rights = access == Access::Execute ? kExecute : kRead;
    if (access == Access::Write) rights = handled(m_abi) & ~quint64{LANDLOCK_ACCESS_FS_EXECUTE};
    if (!S_ISDIR(info.st_mode)) rights &= kOfFiles;
    m_allowed.push_back({fd, rights & handled(m_abi)});
}

bool Landlock::enforce() {
    const landlock_ruleset_attr attributes{handled(m_abi)};
    const int ruleset =
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0));
    if (ruleset < 0) return false;
    bool isGood = true;
    for (const Allowed& allowed : m_allowed) {
        landlock_path_beneath_attr beneath{};
        beneath.allowed_access = allowed.access;
        beneath.parent_fd = allowed.fd;
        isGood = isGood && ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    }
    isGood = isGood && ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    ::close(ruleset);
    return isGood;
}

}  // namespace fos1::runner

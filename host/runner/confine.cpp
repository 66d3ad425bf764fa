// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/confine.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QFile>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "runner/landlock.h"
#include "runner/program_needs.h"
#include "runner/syscall_filter.h"

namespace fos1::runner {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

/// What any program needs to run at all, to resolve names and to check certificates.
const char* const kAlwaysReadable[] = {
    "/usr",          "/lib",           "/lib64",        "/etc/ld.so.cache",   "/etc/localtime",
    "/etc/hosts",    "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/resolv.conf",
    "/etc/services", "/etc/protocols", "/etc/ssl",      "/etc/passwd",        "/etc/group",
    "/proc/self",    "/dev/urandom",   "/dev/zero"};

constexpr rlim_t kMostTasks = 64;  ///< processes and threads
constexpr rlim_t kLongestFile = rlim_t{128} << 20;

tl::unexpected<Error> failed(const QString& what) {
    return failure(ErrorCode::Io, QStringLiteral("%1: %2").arg(what, QString::fromLocal8Bit(std::strerror(errno))));
}

std::vector<cap_value_t> capabilityValues(const QStringList& names) {
    std::vector<cap_value_t> values;
    for (const QString& name : names) {
        cap_value_t value = 0;
        if (cap_from_name(name.toLower().toLatin1().constData(), &value) == 0) values.push_back(value);
    }
    return values;
}

/// Dropped capabilities cannot be regained, not even by executing a file with capabilities.
void dropBoundingSet(const std::vector<cap_value_t>& kept) {
    for (cap_value_t cap = 0; cap <= CAP_LAST_CAP; ++cap)
        if (std::find(kept.begin(), kept.end(), cap) == kept.end()) ::prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

Result<void> becomeUser(const link::Confinement& confinement) {
    if (!confinement.uid || !confinement.gid) return {};
    ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    const gid_t gid = *confinement.gid;
    const uid_t uid = *confinement.uid;
    const std::vector<gid_t> groups(confinement.groups.begin(), confinement.groups.end());
    if (::setgroups(groups.size(), groups.data()) != 0 || ::setresgid(gid, gid, gid) != 0 ||
        ::setresuid(uid, uid, uid) != 0)
        return failed(QStringLiteral("cannot become user %1").arg(uid));
    return {};
}

Result<void> keepCapabilities(const std::vector<cap_value_t>& kept) {
    const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> set(cap_init(), cap_free);
    if (!set) return failed(QStringLiteral("cannot create a capability set"));
    if (!kept.empty()) {
        const int count = static_cast<int>(kept.size());
        cap_set_flag(set.get(), CAP_PERMITTED, count, kept.data(), CAP_SET);
        cap_set_flag(set.get(), CAP_EFFECTIVE, count, kept.data(), CAP_SET);
    }
    if (cap_set_proc(set.get()) != 0) return failed(QStringLiteral("cannot keep the granted capabilities"));
    return {};
}

/// The grants that have no effect for the user that this process is now. access(2) does not ask Landlock, which has
/// these paths on its list.
QStringList uselessGrants(const link::Confinement& confinement) {
    QStringList useless;
    const auto check = [&](const QStringList& paths, int mode, const QString& what) {
        for (const QString& path : paths)
            if (::faccessat(AT_FDCWD, QFile::encodeName(path).constData(), mode, AT_EACCESS) != 0)
                useless.append(what + path + QStringLiteral(": ") + QString::fromLocal8Bit(std::strerror(errno)));
    };
    check(confinement.read, R_OK, QStringLiteral("reading "));
    check(confinement.write, W_OK, QStringLiteral("writing "));
    check(confinement.execute, X_OK, QStringLiteral("executing "));
    return useless;
}

void limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
    const rlimit both{value, value};
    ::setrlimit(resource, &both);
}

}  // namespace

Result<Confined> confine(const link::Confinement& confinement, const QStringList& files, const QStringList& writable) {
    Confined confined;
    const std::vector<cap_value_t> kept = capabilityValues(confinement.capabilities);
    // Open the paths while all of them are still reachable.
    Landlock landlock;
    for (const char* path : kAlwaysReadable) landlock.allow(QString::fromLatin1(path), Landlock::Access::Read);
    landlock.allow(QStringLiteral("/dev/null"), Landlock::Access::Write);
    for (const QString& path : files + confinement.read) landlock.allow(path, Landlock::Access::Read);
    for (const QString& path : writable + confinement.write) landlock.allow(path, Landlock::Access::Write);
    for (const QString& path : confinement.execute) {
        landlock.allow(path, Landlock::Access::Execute);
        const ProgramNeeds needs = programNeeds(path, qEnvironmentVariable("PATH"));
        for (const QString& file : needs.files) landlock.allow(file, Landlock::Access::Execute);
        for (const QString& missing : needs.missing) confined.useless.append(QStringLiteral("executing: ") + missing);
    }

    dropBoundingSet(kept);
    if (const auto became = becomeUser(confinement); !became) return tl::unexpected<Error>(became.error());
    if (const auto keeping = keepCapabilities(kept); !keeping) return tl::unexpected<Error>(keeping.error());
    confined.useless += uselessGrants(confinement);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed(QStringLiteral("cannot set no_new_privs"));
    if (!landlock.isOffered())
        confined.gaps.append(
            QStringLiteral("this kernel has no Landlock: files are protected only by their owner and mode"));
    else if (!landlock.enforce())
        return failed(QStringLiteral("cannot limit access to files"));
    // A change of user clears this setting, so it comes after the change. When the host dies, the kernel kills its
    // runners.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 1024);
    limit(RLIMIT_FSIZE, kLongestFile);
    // Counted for the whole user, so only for one that is the plugin's own.
    if (confinement.uid) limit(RLIMIT_NPROC, kMostTasks);
    const bool mayFilterPackets = confinement.capabilities.contains(QStringLiteral("CAP_NET_ADMIN"));
    if (const auto filtered = filterSystemCalls(mayFilterPackets); !filtered)
        confined.gaps.append(QStringLiteral("no system call is denied: ") + filtered.error().message);
    // A sanitizer needs terabytes of address space, and its leak check needs a process that can be traced.
    if (isSanitized) ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (!isSanitized && confinement.memoryMiB > 0) limit(RLIMIT_DATA, static_cast<rlim_t>(confinement.memoryMiB) << 20);
    return confined;
}

}  // namespace fos1::runner

// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/syscall_filter.h"

#include <linux/netlink.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace fos1::runner {

namespace {

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

/// Refused with EPERM, as to any user without privileges.
constexpr const char* kDenied[] = {
    // Namespaces and mounts
    "unshare", "setns", "mount", "umount", "umount2", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "pivot_root", "chroot",
    // Other processes
    "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise",
    // The kernel
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "bpf", "perf_event_open",
    "userfaultfd", "add_key", "request_key", "keyctl", "open_by_handle_at", "name_to_handle_at", "quotactl",
    "quotactl_fd", "acct", "swapon", "swapoff", "reboot", "syslog", "lookup_dcookie", "nfsservctl", "fanotify_init",
    "personality", "ioperm", "iopl", "modify_ldt", "vhangup",
    // The clock
    "settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "stime"};

/// Unknown to this kernel, as far as the plugin sees: libraries then go another way.
constexpr const char* kUnknown[] = {"io_uring_setup", "io_uring_enter", "io_uring_register",
                                    // Its flags are in memory, where no filter sees them.
                                    "clone3"};

constexpr std::array<unsigned long, 7> kNamespaces = {CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS,    CLONE_NEWPID,
                                                      CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool mayTrace = true;  // the leak check traces its own process
#else
constexpr bool mayTrace = false;
#endif

/// A call that this architecture does not have needs no rule.
int deny(const Filter& filter, const char* name, int error) {
    const int number = seccomp_syscall_resolve_name(name);
    return number == __NR_SCMP_ERROR ? 0 : seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(error), number, 0);
}

}  // namespace

Result<void> filterSystemCalls(bool mayFilterPackets) {
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!filter) return failure(ErrorCode::Io, QStringLiteral("libseccomp has no memory"));
    int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    const auto add = [&result](int answer) {
        if (result == 0) result = answer;
    };
    for (const char* name : kDenied) add(deny(filter, name, EPERM));
    for (const char* name : kUnknown) add(deny(filter, name, ENOSYS));
    if (!mayTrace) add(deny(filter, "ptrace", EPERM));
    for (const unsigned long flag : kNamespaces)
        add(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                             SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag)));
    for (const int family : {AF_ALG, AF_KEY, AF_PACKET})
        if (!mayFilterPackets || family != AF_PACKET)
            add(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                 SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family))));
    if (!mayFilterPackets)
        add(seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPROTONOSUPPORT), SCMP_SYS(socket), 2,
                             SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), SCMP_A2(SCMP_CMP_EQ, NETLINK_NETFILTER)));
    add(seccomp_load(filter.get()));
    if (result == 0) return {};
    return failure(ErrorCode::Io, QString::fromLocal8Bit(std::strerror(-result)));
}

}  // namespace fos1::runner

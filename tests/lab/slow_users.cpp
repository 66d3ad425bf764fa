// SPDX-License-Identifier: GPL-2.0-or-later
// To be preloaded into a daemon (ld.so(8), LD_PRELOAD): a user database that takes SLOW_USERS seconds for each answer,
// as one in a network may (nsswitch.conf(5)).
#include <dlfcn.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace {

template <typename Function>
Function slowly(const char* name) {
    const char* text = ::getenv("SLOW_USERS");
    ::sleep(text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : 0);
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

// The names in the headers of the C library are reserved.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int getgrouplist(const char* user, gid_t group, gid_t* groups, int* count) {
    return slowly<decltype(&getgrouplist)>("getgrouplist")(user, group, groups, count);
}

passwd* getpwnam(const char* name) { return slowly<decltype(&getpwnam)>("getpwnam")(name); }

int getpwnam_r(const char* name, passwd* entry, char* buffer, std::size_t size, passwd** result) {
    return slowly<decltype(&getpwnam_r)>("getpwnam_r")(name, entry, buffer, size, result);
}

group* getgrnam(const char* name) { return slowly<decltype(&getgrnam)>("getgrnam")(name); }

int getgrnam_r(const char* name, group* entry, char* buffer, std::size_t size, group** result) {
    return slowly<decltype(&getgrnam_r)>("getgrnam_r")(name, entry, buffer, size, result);
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)

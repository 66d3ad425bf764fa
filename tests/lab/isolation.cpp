// SPDX-License-Identifier: GPL-2.0-or-later
#include "isolation.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace fos1::lab {

namespace {

constexpr const char* kMarker = "FOS1_LAB_INSIDE";

int enter(int argc, char** argv) {
    const bool isRoot = ::geteuid() == 0;
    ::setenv(kMarker, "1", 1);
    // The only mount is our own /proc, over one that unshare(1) makes private. "/" can therefore stay as it is; in a
    // plain chroot it must, because there it is not a mount point.
    std::vector<std::string> words{"unshare", "--mount", "--propagation", "unchanged",   "--net",
                                   "--pid",   "--fork",  "--kill-child",  "--mount-proc"};
    if (!isRoot) words.insert(words.end(), {"--user", "--map-root-user"});
    words.emplace_back("--");
    words.insert(words.end(), argv, argv + argc);
    std::vector<char*> arguments;
    arguments.reserve(words.size() + 1);
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp("unshare", arguments.data());
    std::perror("unshare");
    return 1;
}

/// Runs as process 1 of the namespace and reaps orphans, so that none stays a zombie that looks alive.
int reapUntil(pid_t body) {
    for (;;) {
        int status = 0;
        const pid_t ended = ::wait(&status);
        if (ended == body) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (ended < 0 && errno != EINTR) return 1;
    }
}

}  // namespace

void forgetIsolation() { ::unsetenv(kMarker); }

bool isUserNamespace() {
    // user_namespaces(7): a process that maps only its own user must disable setgroups(2).
    std::ifstream file("/proc/self/setgroups");
    std::string word;
    return file >> word && word == "deny";
}

int runIsolated(int argc, char** argv, const std::function<int()>& body) {
    if (!::getenv(kMarker)) return enter(argc, argv);
    // A plain user's PATH lacks the directories of ip and chronyd.
    const char* given = ::getenv("PATH");
    const std::string path = given ? given : "/usr/bin:/bin";
    ::setenv("PATH", (path + ":/usr/sbin:/sbin").c_str(), 1);
    const pid_t child = ::fork();
    if (child == 0) {
        const int status = body();
        std::fflush(nullptr);
        std::exit(status);
    }
    return reapUntil(child);
}

}  // namespace fos1::lab

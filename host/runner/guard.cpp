// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/guard.h"

#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

#include <QFile>
#include <iostream>
#include <set>

#include "trees/control_group.h"
#include "trees/tagged_processes.h"

namespace fos1::runner {

int guard(const char* directory) {
    ::prctl(PR_SET_NAME, "fos1-guard");
    // A service manager ends all processes of a service. This one is needed until the host has ended, and no longer.
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::signal(signal, SIG_IGN);
    std::set<trees::Tag> tags;
    for (trees::Tag tag; std::cin >> tag.uid >> tag.group >> tag.isOwnUser;) tags.insert(tag);
    for (const trees::Tag& tag : tags)
        if (tag.isOwnUser)
            trees::killUser(tag.uid);
        else
            trees::killTagged(tag);
    const QString group = QFile::decodeName(directory);
    // Killed processes take some time to end. One that waits for a disk may take longer than anybody waits.
    for (int i = 0; i < 500 && !group.isEmpty(); ++i) {
        trees::killGroup(group);
        if (trees::removeGroup(group)) break;
        const timespec pause{0, 20'000'000};
        ::nanosleep(&pause, nullptr);
    }
    return 0;
}

}  // namespace fos1::runner

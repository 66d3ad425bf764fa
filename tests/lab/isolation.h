// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a test program in mount, network and process namespaces of its own, as root or not. Everything that the program
// leaves behind is removed when it exits, for any reason. Parallel runs do not see each other.
#pragma once

#include <functional>

namespace fos1::lab {

/// To be called first in main(). Runs `body` inside and returns its exit status. The outer program starts itself again
/// through unshare(1).
int runIsolated(int argc, char** argv, const std::function<int()>& body);

/// For a program that was started from inside another's isolation and needs its own: call before runIsolated().
void forgetIsolation();

/// Whether we are root only within a user namespace: then no other user exists here.
bool isUserNamespace();

}  // namespace fos1::lab

// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a test program in mount, network and process namespaces of its own, as root or not. Whatever the program leaves
// behind ends with it, however it ends; two runs side by side do not meet.
#pragma once

#include <functional>

namespace fos1::lab {

/// Call first thing in main(). Runs `body` inside and returns its exit status. Outside, the program starts itself again
/// through unshare(1).
int runIsolated(int argc, char** argv, const std::function<int()>& body);

/// For a program that was started from inside another's isolation and wants one of its own: before runIsolated().
void forgetIsolation();

/// Whether we are root by a user namespace only: then no other user exists here.
bool isUserNamespace();

}  // namespace fos1::lab

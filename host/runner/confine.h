// SPDX-License-Identifier: GPL-2.0-or-later
// Gives up what a runner does not need: user, capabilities, file access (Landlock), memory, and the means to regain any
// of them. Must not know what a plugin is.
#pragma once

#include <QStringList>

#include "fos1/result.h"
#include "link/load_request.h"

namespace fos1::runner {

struct Confined {
    QStringList gaps;     ///< for people: what this machine cannot enforce
    QStringList useless;  ///< for people: grants that have no effect, with the reason
};

/// Confines this process permanently. `files` are paths that it must read in addition to the confinement's own lists.
/// A program that may be executed may be with its loader and its interpreter. An error means that an enforceable
/// restriction failed; then no code of a plugin may run. Call it while there is one thread. Sources: capabilities(7),
/// landlock(7), prctl(2), setrlimit(2).
Result<Confined> confine(const link::Confinement& confinement, const QStringList& files, const QStringList& writable);

}  // namespace fos1::runner

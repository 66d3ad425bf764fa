// SPDX-License-Identifier: GPL-2.0-or-later
// Which other files the kernel executes to start a program: the loader of a dynamically linked one (ELF, PT_INTERP),
// the interpreter of a script ("#!", execve(2)), and the loader of that interpreter. Must not know who may run what.
#pragma once

#include <QStringList>

namespace fos1::runner {

struct ProgramNeeds {
    QStringList files;    ///< absolute paths, the program itself not among them
    QStringList missing;  ///< for people: what is needed and is not there, or how far a directory was searched
};

/// For a program, or for all programs in and below a directory, of which at most 4,096 files are read. For a script
/// that begins with env(1), the interpreter that env finds in `searchPath` ("/usr/bin:/bin") is needed too. Blocks on
/// the disk.
[[nodiscard]] ProgramNeeds programNeeds(const QString& path, const QString& searchPath);

}  // namespace fos1::runner

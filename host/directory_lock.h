// SPDX-License-Identifier: GPL-2.0-or-later
// The host's own directories: one host uses them at a time, and nobody else can write there.
#pragma once

#include "fos1/result.h"

namespace fos1::host {

/// Held as long as the process lives, however it ends (flock(2)); what the file contains is only for people.
class DirectoryLock {
   public:
    DirectoryLock() = default;
    ~DirectoryLock();
    DirectoryLock(const DirectoryLock&) = delete;
    DirectoryLock& operator=(const DirectoryLock&) = delete;

    /// Conflict, with the pid, while another host has it.
    [[nodiscard]] Result<void> take(const QString& directory);

   private:
    int m_file = -1;
};

/// Refused when the directory belongs to a user other than root or ours, or when others may write to it.
[[nodiscard]] Result<void> checkOwner(const QString& directory);

}  // namespace fos1::host

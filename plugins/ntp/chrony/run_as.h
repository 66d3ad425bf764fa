// SPDX-License-Identifier: GPL-2.0-or-later
// The user that chronyd runs as, and whether that user can work in the directories meant for it.
#pragma once

#include <sys/types.h>

#include <QString>
#include <QStringList>
#include <functional>
#include <vector>

#include "fos1/result.h"

namespace fos1::ntp {

struct RunAs {
    QString user;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    QStringList arguments;  ///< of chronyd
};

/// `configured` empty: _chrony when we are root, else ourselves. Only root can run chronyd as somebody else. May block
/// as long as the user database does, and be called from any thread; see ChronyUser.
[[nodiscard]] Result<RunAs> resolveRunAs(const QString& configured);

/// The user that chronyd runs as, as far as is known now. Does not block.
using RunAsNow = std::function<Result<RunAs>()>;

/// Fails when `user` cannot pass through a directory above `path`, in words that say which and what to do.
[[nodiscard]] tl::expected<void, Error> checkReachable(const QString& path, const RunAs& user);

/// Whether `user` may make files in the directory, by its owner, group and mode.
[[nodiscard]] bool canWriteIn(const QString& directory, const RunAs& user);

/// Creates `path` (its parent exists) or mends it: owner and group `user`, mode 0750. chronyd makes no command socket
/// in a directory of another owner or one that others may enter.
[[nodiscard]] tl::expected<void, Error> prepareDirectory(const QString& path, const RunAs& user);

/// Creates `path` (its parent exists) or mends it: ours, group `user`, mode 0750, so that `user` can read and not
/// write.
[[nodiscard]] tl::expected<void, Error> prepareReadableDirectory(const QString& path, const RunAs& user);

/// Lets `user`'s group pass through a directory of our own (mode 0710 at least), without being able to list it.
[[nodiscard]] tl::expected<void, Error> letThrough(const QString& path, const RunAs& user);

}  // namespace fos1::ntp

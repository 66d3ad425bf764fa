// SPDX-License-Identifier: GPL-2.0-or-later
// A file that is replaced as a whole: a reader sees the old or the new content, also after a crash. Must not
// know what is in it.
#pragma once

#include <optional>

#include "fos1/result.h"

namespace fos1::dns {

/// Nothing when there is no such file; an error for anything that cannot be read, or is no plain file.
[[nodiscard]] Result<std::optional<QByteArray>> readOwnFile(const QString& path);

/// By way of a file beside it whose name begins with a dot: daemons that watch a directory, such as dnsmasq, ignore it.
/// Everyone may read the file.
[[nodiscard]] Result<void> replaceOwnFile(const QString& path, const QByteArray& content);

}  // namespace fos1::dns

// SPDX-License-Identifier: GPL-2.0-or-later
// Writes chronyd's configuration: whole or not at all, and never readable by others. Knows nothing of its content.
#pragma once

#include <QByteArray>
#include <QString>

#include "chrony/run_as.h"
#include "fos1/result.h"

namespace fos1::ntp {

/// Mode 0640, group of `user`, set before there is any content. Does nothing when the file has this content already.
[[nodiscard]] tl::expected<void, Error> writeConfigFile(const QString& path, const QByteArray& content,
                                                        const RunAs& user);

}  // namespace fos1::ntp

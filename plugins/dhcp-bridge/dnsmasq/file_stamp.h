// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a file is still the one that was read.
#pragma once

#include <sys/stat.h>
#include <QByteArray>

namespace fos1::dhcp {

/// Differs for any other file, and for the same one after a change.
inline QByteArray stampOf(const struct stat& status) {
    QByteArray stamp;
    for (const qint64 each :
         {static_cast<qint64>(status.st_dev), static_cast<qint64>(status.st_ino), static_cast<qint64>(status.st_size),
          static_cast<qint64>(status.st_mtim.tv_sec), static_cast<qint64>(status.st_mtim.tv_nsec),
          static_cast<qint64>(status.st_ctim.tv_sec), static_cast<qint64>(status.st_ctim.tv_nsec)})
        stamp += QByteArray::number(each) + ' ';
    return stamp;
}

}  // namespace fos1::dhcp

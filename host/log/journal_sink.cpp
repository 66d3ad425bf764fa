// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/journal_sink.h"

#include <sys/uio.h>
// Each entry would name this file and line.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include <vector>

namespace fos1::host::log {

bool sendToJournal(const QList<QByteArray>& fields) {
    std::vector<iovec> parts;
    parts.reserve(static_cast<std::size_t>(fields.size()));
    for (const QByteArray& field : fields)
        // It is only read.
        parts.push_back({const_cast<char*>(field.constData()), static_cast<std::size_t>(field.size())});
    return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0;
}

}  // namespace fos1::host::log

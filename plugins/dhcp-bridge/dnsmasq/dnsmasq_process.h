// SPDX-License-Identifier: GPL-2.0-or-later
// The dnsmasq process that a pid file names. Reads proc(5); short enough for the event loop.
#pragma once

#include <QStringList>

#include "fos1/result.h"

namespace fos1::dhcp {

struct DnsmasqProcess {
    qint64 pid = 0;
    QByteArray startTime;  ///< distinguishes processes with the same pid (proc(5): starttime)
    QStringList arguments;
    QString directory;  ///< its working directory; empty: unknown

    bool operator==(const DnsmasqProcess&) const = default;
};

/// NotFound when there is no pid file or no such process; Conflict when the pid is another program's by now.
[[nodiscard]] Result<DnsmasqProcess> findDnsmasq(const QString& pidFile);

/// Sends SIGHUP, on which dnsmasq reads its option files anew. Conflict when the process is another one by now;
/// Refused when we may not.
[[nodiscard]] tl::expected<void, Error> reload(const DnsmasqProcess& process);

}  // namespace fos1::dhcp

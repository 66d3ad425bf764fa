// SPDX-License-Identifier: GPL-2.0-or-later
// Which programs have a UDP port, from the kernel (proc(5): /proc/net/udp, /proc/PID/fd). Takes some milliseconds, so
// it is asked only when something is wrong.
#pragma once

#include <QByteArray>
#include <vector>

#include "core/serving_facts.h"

namespace fos1::ntp {

/// One UDP socket of this network namespace.
struct BoundSocket {
    QString address;  ///< numeric; "*": every one of its family
    quint16 port = 0;
    qint64 userId = 0;
    quint64 inode = 0;
    bool operator==(const BoundSocket&) const = default;
};

/// The sockets on `port` in a text like /proc/net/udp or udp6. Lines that are no socket are skipped.
[[nodiscard]] std::vector<BoundSocket> socketsIn(const QByteArray& text, quint16 port);

/// Who has a UDP port.
struct PortUse {
    std::vector<PortHolder> others;
    bool isOursInet4 = false;  ///< our process has a socket of this family
    bool isOursInet6 = false;
};

/// Of UDP `port` in this network namespace; `ours` is a process. Programs of others can be named by root only; who
/// may not see the sockets of `ours` learns nothing about those that nobody is known to have.
[[nodiscard]] PortUse useOf(quint16 port, qint64 ours);

}  // namespace fos1::ntp

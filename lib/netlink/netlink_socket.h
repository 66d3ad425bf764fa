// SPDX-License-Identifier: GPL-2.0-or-later
// One socket to the kernel that never waits: netlink(7). This is the seam at which tests put a fake; no one else opens
// such a socket. Must not know what the messages mean.
#pragma once

#include <QByteArray>
#include <functional>
#include <memory>

#include "fos1/result.h"

namespace fos1::netlink {

struct SocketOptions {
    int protocol = 0;    ///< NETLINK_ROUTE, NETLINK_NETFILTER
    quint32 groups = 0;  ///< to be subscribed to from the start, as a bit mask (RTMGRP_…)
    /// What does not fit is lost, and everything must be read again.
    int receiveBufferBytes = 4 << 20;
    /// Ask for more than the system's limit (net.core.rmem_max), which takes CAP_NET_ADMIN; without it the limit holds.
    bool isBufferForced = false;
};

/// What receive() found.
struct Received {
    enum class What {
        Nothing = 0,  ///< for now
        Datagram,     ///< of the kernel, whole
        Overrun,      ///< notifications were lost (ENOBUFS), or a datagram was cut off
        Failure,      ///< the socket is of no use any more
    };
    What what = What::Nothing;
    QByteArray bytes;  ///< valid until the next call of receive(); aligned for any type
    Error error;       ///< of a Failure
};

class Socket {
   public:
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    virtual ~Socket() = default;

    /// Readable when there is something to receive.
    [[nodiscard]] virtual int descriptor() const = 0;
    /// Our own address, which is in the kernel's answers.
    [[nodiscard]] virtual quint32 portId() const = 0;

    [[nodiscard]] virtual Received receive() = 0;
    [[nodiscard]] virtual tl::expected<void, Error> send(const QByteArray& request) = 0;

    /// One group by its number, from any thread. Refused without the right to.
    [[nodiscard]] virtual tl::expected<void, Error> join(int group) const = 0;
    virtual void leave(int group) const = 0;
};

using OpenSocket = std::function<Result<std::unique_ptr<Socket>>(const SocketOptions&)>;

/// The kernel's, in the network namespace of the calling thread.
[[nodiscard]] Result<std::unique_ptr<Socket>> openSocket(const SocketOptions& options);

/// errno in words: Refused without the right to, NotFound (ENOENT), Conflict (EINTR: changed while it was listed), else
/// Io.
[[nodiscard]] Error systemError(const QString& what);

}  // namespace fos1::netlink

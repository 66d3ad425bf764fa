// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink_socket.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>

#include <cerrno>

namespace fos1::netlink {

namespace {

constexpr qsizetype kLargestDatagram = 64 << 10;
constexpr int kForeignAtOnce = 64;  ///< datagrams of other processes, which are ignored

QString nameOf(int protocol) {
    return protocol == NETLINK_ROUTE       ? QStringLiteral("rtnetlink")
           : protocol == NETLINK_NETFILTER ? QStringLiteral("netfilter")
                                           : QStringLiteral("netlink");
}

struct Closer {
    void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};

class KernelSocket final : public Socket {
   public:
    KernelSocket(mnl_socket* socket, QString name)
        : m_socket(socket), m_name(std::move(name)), m_buffer(kLargestDatagram, '\0') {}

    [[nodiscard]] int descriptor() const override { return mnl_socket_get_fd(m_socket.get()); }
    [[nodiscard]] quint32 portId() const override { return mnl_socket_get_portid(m_socket.get()); }

    [[nodiscard]] Received receive() override {
        // What others send is bounded too; the next turn goes on.
        for (int i = 0; i < kForeignAtOnce; ++i) {
            sockaddr_nl from{};
            iovec part{m_buffer.data(), static_cast<std::size_t>(m_buffer.size())};
            msghdr message{};
            message.msg_name = &from;
            message.msg_namelen = sizeof from;
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            const ssize_t got = ::recvmsg(descriptor(), &message, MSG_DONTWAIT);
            if (got < 0) {
                if (errno == EINTR) continue;
                if (errno == EAGAIN || errno == EWOULDBLOCK) return {};
                if (errno == ENOBUFS) return {Received::What::Overrun, {}, {}};
                return {Received::What::Failure, {}, systemError(QStringLiteral("cannot read from ") + m_name)};
            }
            // Any process may send to our port; accept only messages from the kernel.
            if (from.nl_pid != 0) continue;
            if ((message.msg_flags & MSG_TRUNC) != 0) return {Received::What::Overrun, {}, {}};
            return {Received::What::Datagram, QByteArray::fromRawData(m_buffer.constData(), got), {}};
        }
        return {};
    }

    [[nodiscard]] tl::expected<void, Error> send(const QByteArray& request) override {
        if (mnl_socket_sendto(m_socket.get(), request.constData(), static_cast<std::size_t>(request.size())) < 0)
            return tl::unexpected(systemError(QStringLiteral("cannot query ") + m_name));
        return {};
    }

    [[nodiscard]] tl::expected<void, Error> join(int group) const override {
        if (mnl_socket_setsockopt(m_socket.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
            return tl::unexpected(systemError(m_name + QStringLiteral(" notifications are unavailable")));
        return {};
    }
    void leave(int group) const override {
        mnl_socket_setsockopt(m_socket.get(), NETLINK_DROP_MEMBERSHIP, &group, sizeof group);
    }

   private:
    std::unique_ptr<mnl_socket, Closer> m_socket;
    QString m_name;
    QByteArray m_buffer;
};

}  // namespace

Error systemError(const QString& what) {
    const ErrorCode code = errno == EPERM || errno == EACCES ? ErrorCode::Refused
                           : errno == ENOENT                 ? ErrorCode::NotFound
                           : errno == EINTR                  ? ErrorCode::Conflict
                                                             : ErrorCode::Io;
    return {code, QStringLiteral("%1: %2").arg(what, qt_error_string(errno)), {}};
}

Result<std::unique_ptr<Socket>> openSocket(const SocketOptions& options) {
    mnl_socket* opened = mnl_socket_open2(options.protocol, SOCK_NONBLOCK | SOCK_CLOEXEC);
    const QString name = nameOf(options.protocol);
    if (!opened) return tl::unexpected(systemError(QStringLiteral("cannot open a socket to ") + name));
    auto socket = std::make_unique<KernelSocket>(opened, name);
    // Before the groups, so that not even the first notification finds a small buffer.
    const int bytes = options.receiveBufferBytes;
    if (!options.isBufferForced ||
        ::setsockopt(socket->descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        ::setsockopt(socket->descriptor(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (mnl_socket_bind(opened, options.groups, MNL_SOCKET_AUTOPID) < 0)
        return tl::unexpected(systemError(name + QStringLiteral(" notifications are unavailable")));
    return socket;
}

}  // namespace fos1::netlink

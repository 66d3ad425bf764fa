// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/table_monitor.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <QSocketNotifier>
#include <cerrno>

namespace fos1::firewall {

namespace {

constexpr int kDatagramsATurn = 64;
constexpr qsizetype kLargestDatagram = 64 << 10;
/// Writing a table of thousands of VLANs causes several megabytes of notifications.
constexpr int kReceiveBuffer = 32 << 20;

Error socketError(const char* what) {
    const ErrorCode code = errno == EPERM || errno == EACCES ? ErrorCode::Refused : ErrorCode::Io;
    return {code, QStringLiteral("%1: %2").arg(QLatin1String(what), qt_error_string(errno)), {}};
}

}  // namespace

void NotificationSocket::Closer::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

Result<std::shared_ptr<NotificationSocket>> NotificationSocket::open() {
    auto socket = std::make_shared<NotificationSocket>();
    socket->m_socket.reset(mnl_socket_open2(NETLINK_NETFILTER, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket->m_socket) return tl::unexpected(socketError("cannot open a netfilter socket"));
    // A size above the system's limit requires CAP_NET_ADMIN. A smaller buffer also works: after a loss the table is
    // checked.
    if (::setsockopt(socket->descriptor(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0)
        ::setsockopt(socket->descriptor(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    if (mnl_socket_bind(socket->m_socket.get(), 0, MNL_SOCKET_AUTOPID) < 0)
        return tl::unexpected(socketError("cannot open a netfilter socket"));
    return socket;
}

int NotificationSocket::descriptor() const { return mnl_socket_get_fd(m_socket.get()); }

tl::expected<void, Error> NotificationSocket::join() const {
    int group = NFNLGRP_NFTABLES;
    if (mnl_socket_setsockopt(m_socket.get(), NETLINK_ADD_MEMBERSHIP, &group, sizeof group) < 0)
        return tl::unexpected(socketError("netfilter notifications are unavailable"));
    return {};
}

void NotificationSocket::leave() const {
    int group = NFNLGRP_NFTABLES;
    mnl_socket_setsockopt(m_socket.get(), NETLINK_DROP_MEMBERSHIP, &group, sizeof group);
}

void TableMonitor::LaterDeleter::operator()(QSocketNotifier* notifier) const {
    notifier->setEnabled(false);
    notifier->deleteLater();
}

TableMonitor::TableMonitor(const QByteArray& ourThread) : m_reader(ourThread), m_buffer(kLargestDatagram, '\0') {}

TableMonitor::~TableMonitor() = default;

tl::expected<void, Error> TableMonitor::start() {
    if (m_socket) return {};
    const auto socket = NotificationSocket::open();
    if (!socket) return tl::unexpected(socket.error());
    if (const auto joined = (*socket)->join(); !joined) return joined;
    m_socket = *socket;
    m_notifier.reset(new QSocketNotifier(m_socket->descriptor(), QSocketNotifier::Read));
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &TableMonitor::read);
    return {};
}

void TableMonitor::stop() {
    m_notifier.reset();
    m_socket.reset();
}

void TableMonitor::read() {
    bool isForeign = false;
    bool isLost = false;
    for (int i = 0; i < kDatagramsATurn; ++i) {
        sockaddr_nl from{};
        iovec part{m_buffer.data(), static_cast<std::size_t>(m_buffer.size())};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const ssize_t got = ::recvmsg(m_socket->descriptor(), &message, MSG_DONTWAIT);
        if (got < 0) {
            if (errno == EINTR) continue;
            if (errno != ENOBUFS) break;
            m_reader.lost();
            isLost = true;
            continue;
        }
        // Any process may send to our port; accept only messages from the kernel.
        if (from.nl_pid != 0) continue;
        if ((message.msg_flags & MSG_TRUNC) != 0) {
            m_reader.lost();
            isLost = true;
        } else if (m_reader.receive(QByteArray::fromRawData(m_buffer.constData(), got))) {
            isForeign = true;
        }
    }
    if (isForeign) Q_EMIT changedByOthers();
    if (isLost) Q_EMIT lost();
}

}  // namespace fos1::firewall

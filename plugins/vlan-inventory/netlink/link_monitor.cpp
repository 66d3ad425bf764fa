// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link_monitor.h"

#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <QSocketNotifier>
#include <cerrno>

#include "fos1/logging.h"

namespace fos1::vlan {

namespace {

using namespace std::chrono_literals;

FOS1_LOG(lcLinks, "vlan-inventory.links")

constexpr int kDatagramsATurn = 64;
constexpr qsizetype kLargestDatagram = 64 << 10;
constexpr std::chrono::milliseconds kShortestPause{10};
constexpr std::chrono::milliseconds kLongestPause{1000};
constexpr std::chrono::milliseconds kDumpDeadline{5000};

Error systemError(const char* what) {
    return {ErrorCode::Io, QStringLiteral("%1: %2").arg(QLatin1String(what), qt_error_string(errno)), {}};
}

}  // namespace

void LinkMonitor::Closer::operator()(mnl_socket* socket) const { mnl_socket_close(socket); }

void LinkMonitor::LaterDeleter::operator()(QSocketNotifier* notifier) const {
    notifier->setEnabled(false);
    notifier->deleteLater();
}

LinkMonitor::LinkMonitor(LinkMonitorOptions options)
    : m_options(options), m_buffer(kLargestDatagram, '\0'), m_pause(kShortestPause) {
    for (QTimer* timer : {&m_quiet, &m_again, &m_deadline}) timer->setSingleShot(true);
    m_quiet.setInterval(kQuiet);
    m_quiet.setTimerType(Qt::PreciseTimer);
    m_deadline.setInterval(kDumpDeadline);
    connect(&m_quiet, &QTimer::timeout, this, [this] {
        if (m_isDue) tell();
    });
    connect(&m_again, &QTimer::timeout, this, &LinkMonitor::again);
    connect(&m_deadline, &QTimer::timeout, this,
            [this] { reopen(QStringLiteral("the kernel did not finish the list of links in time")); });
}

LinkMonitor::~LinkMonitor() = default;

tl::expected<void, Error> LinkMonitor::start() {
    if (const auto opened = open(); !opened) return opened;
    send(m_reader.begin());
    return {};
}

void LinkMonitor::stop() {
    for (QTimer* timer : {&m_quiet, &m_again, &m_deadline}) timer->stop();
    m_notifier.reset();
    m_socket.reset();
}

tl::expected<void, Error> LinkMonitor::open() {
    m_notifier.reset();
    m_socket.reset(mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!m_socket) return tl::unexpected(systemError("cannot open an rtnetlink socket"));
    const int descriptor = mnl_socket_get_fd(m_socket.get());
    // Before joining the groups, so that even the first notification finds the large buffer.
    ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &m_options.receiveBufferBytes, sizeof m_options.receiveBufferBytes);
    if (mnl_socket_bind(m_socket.get(), RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, MNL_SOCKET_AUTOPID) < 0)
        return tl::unexpected(systemError("rtnetlink notifications are unavailable"));
    m_notifier.reset(new QSocketNotifier(descriptor, QSocketNotifier::Read));
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &LinkMonitor::read);
    m_reader.reset(mnl_socket_get_portid(m_socket.get()));
    return {};
}

/// The known state stays in force until everything is read again.
void LinkMonitor::reopen(const QString& why) {
    qCWarning(lcLinks).noquote() << "event=lost-netlink reason=" + why;
    m_deadline.stop();
    m_notifier.reset();
    m_socket.reset();
    m_reader.reset(0);
    m_isTroubled = true;
    Q_EMIT troubled(why);
    m_again.start(m_pause);
}

/// Requests one dump, on a new socket if the old one is unusable.
void LinkMonitor::again() {
    m_pause = std::min(m_pause * 2, kLongestPause);
    if (!m_socket)
        if (const auto opened = open(); !opened) {
            m_again.start(m_pause);
            return;
        }
    if (m_reader.isIdle()) send(m_reader.begin());
}

void LinkMonitor::read() {
    for (int i = 0; i < kDatagramsATurn && m_socket; ++i) {
        sockaddr_nl from{};
        iovec part{m_buffer.data(), static_cast<std::size_t>(m_buffer.size())};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const ssize_t got = ::recvmsg(mnl_socket_get_fd(m_socket.get()), &message, MSG_DONTWAIT);
        if (got < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) return;
            if (errno == EINTR) continue;
            if (errno != ENOBUFS) {
                reopen(systemError("cannot read from rtnetlink").message);
                return;
            }
            qCInfo(lcLinks) << "event=notifications-lost";
            follow(m_reader.lost());
            continue;
        }
        // Any process may send to our port; accept only messages from the kernel.
        if (from.nl_pid != 0) continue;
        follow((message.msg_flags & MSG_TRUNC) != 0
                   ? m_reader.lost()
                   : m_reader.receive(QByteArray::fromRawData(m_buffer.constData(), got)));
    }
}

void LinkMonitor::follow(const LinkReader::Outcome& outcome) {
    if (!outcome.failure.isEmpty()) {
        reopen(outcome.failure);
        return;
    }
    if (!outcome.request.isEmpty()) send(outcome.request);
    if (m_reader.isIdle() && m_deadline.isActive()) {
        m_deadline.stop();
        if (!outcome.needsAgain) m_pause = kShortestPause;
        if (m_isTroubled) {
            m_isTroubled = false;
            Q_EMIT troubled({});
        }
    }
    if (outcome.needsAgain && !m_again.isActive()) m_again.start(m_pause);
    if (!outcome.isChanged) return;
    m_isDue = true;
    // On the next turn of the loop, so that everything that has already arrived is reported at once.
    if (!m_quiet.isActive()) m_quiet.start(0ms);
}

void LinkMonitor::send(const QByteArray& request) {
    m_deadline.start();
    if (mnl_socket_sendto(m_socket.get(), request.constData(), static_cast<std::size_t>(request.size())) < 0)
        reopen(systemError("cannot query rtnetlink").message);
}

void LinkMonitor::tell() {
    m_isDue = false;
    m_quiet.start(kQuiet);
    Q_EMIT changed();
}

}  // namespace fos1::vlan

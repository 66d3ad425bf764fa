// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/table_monitor.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <utility>

namespace fos1::firewall {

const int TableMonitor::kGroup = NFNLGRP_NFTABLES;

namespace {

/// Writing a table of thousands of VLANs causes several megabytes of notifications.
constexpr int kReceiveBuffer = 32 << 20;

}  // namespace

TableMonitor::TableMonitor(const QByteArray& ourThread, netlink::OpenSocket open)
    : m_open(std::move(open)), m_reader(ourThread) {}

tl::expected<void, Error> TableMonitor::start() {
    if (m_socket) return {};
    netlink::SocketOptions options;
    options.protocol = NETLINK_NETFILTER;
    options.receiveBufferBytes = kReceiveBuffer;
    options.isBufferForced = true;
    auto socket = m_open(options);
    if (!socket) return tl::unexpected(socket.error());
    if (const auto joined = (*socket)->join(kGroup); !joined) return joined;
    m_socket = std::move(*socket);
    m_inbox = std::make_unique<netlink::Inbox>(m_socket, [this](const netlink::Received& received) { take(received); });
    connect(m_inbox.get(), &netlink::Inbox::turnEnded, this, &TableMonitor::tell);
    return {};
}

void TableMonitor::stop() {
    m_inbox.reset();
    m_socket.reset();
}

void TableMonitor::take(const netlink::Received& received) {
    if (received.what == netlink::Received::What::Datagram) {
        if (m_reader.receive(received.bytes)) m_isForeign = true;
        return;
    }
    // A socket that fails is treated like one that lost notifications: the generation number shows what happened.
    m_reader.lost();
    m_isLost = true;
}

void TableMonitor::tell() {
    const bool isForeign = std::exchange(m_isForeign, false);
    const bool isLost = std::exchange(m_isLost, false);
    if (isForeign) Q_EMIT changedByOthers();
    if (isLost) Q_EMIT lost();
}

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// Follows links, addresses and routes of this network namespace over rtnetlink; another object keeps them. Never
// blocks: a bounded number of datagrams a turn of the loop. Needs no rights. Knows no object of ours.
#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <memory>

#include "netlink_dialogue.h"
#include "netlink_inbox.h"
#include "netlink_socket.h"

namespace fos1::netlink {

struct MonitorOptions {
    /// RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR, RTMGRP_IPV4_ROUTE, RTMGRP_IPV6_ROUTE.
    quint32 groups = 0;
    int receiveBufferBytes = 4 << 20;
    OpenSocket open = openSocket;
};

class Monitor final : public QObject {
    Q_OBJECT

   public:
    /// The first change is told at once, those that follow within this time together.
    static constexpr std::chrono::milliseconds kQuiet{20};

    /// `keeper` outlives it.
    Monitor(MonitorOptions options, Keeper& keeper);
    ~Monitor() override;

    /// Opens the socket and asks for everything. An error: this machine has no rtnetlink for us.
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    /// Whether everything was read at least once; before, an empty table means nothing.
    [[nodiscard]] bool isComplete() const { return m_dialogue.isComplete(); }
    [[nodiscard]] quint64 resyncs() const { return m_dialogue.resyncs(); }

   Q_SIGNALS:
    /// The keeper's table is another, or complete for the first time.
    void changed();
    /// The kernel no longer tells of changes, and why; empty: it does again.
    void troubled(const QString& why);

   private:
    tl::expected<void, Error> open();
    void close();
    void reopen(const QString& why);
    void take(const Received& received);
    void follow(const Dialogue::Outcome& outcome);
    void send(const QByteArray& request);
    void again();
    void tell();

    const MonitorOptions m_options;
    Dialogue m_dialogue;
    std::shared_ptr<Socket> m_socket;  ///< its inbox has it too
    std::unique_ptr<Inbox> m_inbox;
    QTimer m_quiet;     ///< runs after changed(), which waits for its end
    QTimer m_again;     ///< until the next dump, or the next socket
    QTimer m_deadline;  ///< of the dump under way
    std::chrono::milliseconds m_pause;
    bool m_isDue = false;
    bool m_isTroubled = false;
};

}  // namespace fos1::netlink

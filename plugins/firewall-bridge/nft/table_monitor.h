// SPDX-License-Identifier: GPL-2.0-or-later
// Receives kernel notifications when another program changes our table. Never blocks. Must not know plans.
#pragma once

#include <QByteArray>
#include <QObject>
#include <memory>

#include "netlink_inbox.h"
#include "nft/change_reader.h"

namespace fos1::firewall {

class TableMonitor final : public QObject {
    Q_OBJECT

   public:
    explicit TableMonitor(const QByteArray& ourThread, netlink::OpenSocket open = netlink::openSocket);

    /// Does nothing when it is already running. Refused without CAP_NET_ADMIN.
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    /// Subscribed to kGroup. Shared, because a change may be in the kernel when we stop. The thread that makes a change
    /// leaves the group and rejoins it afterwards: the kernel would otherwise notify each of thousands of elements.
    /// Null before start().
    [[nodiscard]] std::shared_ptr<const netlink::Socket> socket() const { return m_socket; }
    static const int kGroup;

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost: check whether the table is still ours.
    void lost();

   private:
    void take(const netlink::Received& received);
    void tell();

    const netlink::OpenSocket m_open;
    ChangeReader m_reader;
    std::shared_ptr<netlink::Socket> m_socket;
    std::unique_ptr<netlink::Inbox> m_inbox;
    bool m_isForeign = false;  ///< in this turn
    bool m_isLost = false;
};

}  // namespace fos1::firewall

// SPDX-License-Identifier: GPL-2.0-or-later
// Hears from the kernel that somebody else changed our table. Never blocks. Knows no plan.
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

    /// Nothing when it runs already. Refused without the right to (CAP_NET_ADMIN).
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    /// Subscribed to kGroup. Shared, because a change may be in the kernel when we stop: who makes it leaves the group
    /// and joins it again, for the kernel would tell of each of thousands of elements. Null before start().
    [[nodiscard]] std::shared_ptr<const netlink::Socket> socket() const { return m_socket; }
    static const int kGroup;

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost: whether the table is still ours must be asked.
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

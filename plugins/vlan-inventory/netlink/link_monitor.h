// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the links and addresses of this network namespace. Needs no rights. Knows no VLAN resources.
#pragma once

#include <QObject>

#include "netlink/link_keeper.h"
#include "netlink_monitor.h"

namespace fos1::vlan {

class LinkMonitor final : public QObject {
    Q_OBJECT

   public:
    static constexpr std::chrono::milliseconds kQuiet = netlink::Monitor::kQuiet;

    explicit LinkMonitor(netlink::MonitorOptions options = {});

    /// An error: this machine has no rtnetlink for us.
    [[nodiscard]] tl::expected<void, Error> start() { return m_monitor.start(); }
    void stop() { m_monitor.stop(); }

    [[nodiscard]] const LinkTable& table() const { return m_keeper.table(); }
    /// Whether everything was read at least once; before, an empty table means nothing.
    [[nodiscard]] bool isComplete() const { return m_monitor.isComplete(); }
    [[nodiscard]] quint64 resyncs() const { return m_monitor.resyncs(); }

   Q_SIGNALS:
    /// As those of netlink::Monitor.
    void changed();
    void troubled(const QString& why);

   private:
    LinkKeeper m_keeper;
    netlink::Monitor m_monitor;
};

}  // namespace fos1::vlan

// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/link_monitor.h"

namespace fos1::vlan {

namespace {

netlink::MonitorOptions withGroups(netlink::MonitorOptions options) {
    options.groups = LinkKeeper::kGroups;
    return options;
}

}  // namespace

LinkMonitor::LinkMonitor(netlink::MonitorOptions options) : m_monitor(withGroups(std::move(options)), m_keeper) {
    connect(&m_monitor, &netlink::Monitor::changed, this, &LinkMonitor::changed);
    connect(&m_monitor, &netlink::Monitor::troubled, this, &LinkMonitor::troubled);
}

}  // namespace fos1::vlan

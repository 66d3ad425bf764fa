// SPDX-License-Identifier: GPL-2.0-or-later
// Which time servers a DHCP client noted, by the format of its file. Pure: `text` is not trusted, since it comes from
// the network. Must not know where the files are.
#pragma once

#include <QByteArray>
#include <vector>

#include "model/addresses.h"

namespace fos1::ntp {

/// More are of no use, and a lease may have as many as fit into it.
inline constexpr std::size_t kMostLeasedServers = 8;

/// Lines `server ADDRESS iburst`, as Debian's hooks for dhclient and NetworkManager write them for chronyd. Options are
/// not taken over, and neither are names, of which DHCPv6 has some: it is not known whose addresses they have.
[[nodiscard]] std::vector<IpAddress> serversOfChronySources(const QByteArray& text);

/// A line `NTP=ADDRESS ADDRESS`, as systemd-networkd writes it for each lease (sd_dhcp_lease_save() in systemd).
[[nodiscard]] std::vector<IpAddress> serversOfNetworkdLease(const QByteArray& text);

/// Whether an address can be that of a time server elsewhere. Link-local ones need an interface, which chronyd's
/// sources do not have.
[[nodiscard]] bool canBeServer(const IpAddress& address);

}  // namespace fos1::ntp

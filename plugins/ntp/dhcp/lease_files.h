// SPDX-License-Identifier: GPL-2.0-or-later
// Reads what the DHCP clients of this machine noted of their leases. Reads small files, asks nobody, and runs nothing.
#pragma once

#include <QStringList>
#include <vector>

#include "core/materials.h"

namespace fos1::ntp {

/// Directories whose files last as long as the leases.
struct LeasePlaces {
    /// INTERFACE.sources of Debian's hooks for dhclient and NetworkManager.
    QString chronySources = QStringLiteral("/run/chrony-dhcp");
    /// A file for each lease of systemd-networkd, by the number of the interface.
    QString networkd = QStringLiteral("/run/systemd/netif/leases");
};

/// The servers that the leases of `interfaces` name, each once and on the first of them, without any of `own`.
[[nodiscard]] std::vector<LeasedServer> leasedServers(const LeasePlaces& places, const std::vector<QString>& interfaces,
                                                      const std::vector<IpPrefix>& own);

/// The files that this reads, whether they exist or not.
[[nodiscard]] QStringList leaseFiles(const LeasePlaces& places, const QString& interface);

}  // namespace fos1::ntp

// SPDX-License-Identifier: GPL-2.0-or-later
// A real DHCP client with a lease in a namespace of the lab: it takes the leased address, renews the lease when the
// server wants it, and records what each answer contains. Of its network it changes only that address.
#pragma once

#include <QMap>
#include <memory>

#include "lan_daemons.h"

namespace fos1::lab {

enum class LeaseProgram {
    Unknown = 0,
    Udhcpc,     ///< busybox; IPv4
    Dhclient4,  ///< ISC
    Dhclient6,
    Dhcpcd,  ///< both families; its directories must be covered: /run, /var/lib/dhcpcd
};

class LeaseClient {
   public:
    /// Runs on link "v-cl". `more`: of the program's command line.
    LeaseClient(const Lab& lab, const QString& ns, LeaseProgram program, const QStringList& more = {});

    /// The values of the last answer of the family, under the client's own names; empty before the first one.
    [[nodiscard]] QMap<QString, QString> options(IpFamily family) const;
    /// The NTP servers in it: options 42, 31 and 56, as addresses in a fixed order, and without what is not an address.
    [[nodiscard]] QStringList timeServers(IpFamily family) const;
    [[nodiscard]] QString address(IpFamily family) const;
    /// Counts the answers of the family.
    [[nodiscard]] int answers(IpFamily family) const;

    [[nodiscard]] const Daemon& process() const { return *m_process; }

   private:
    QString m_dir;
    std::unique_ptr<Daemon> m_process;
};

}  // namespace fos1::lab

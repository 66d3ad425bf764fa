// SPDX-License-Identifier: GPL-2.0-or-later
// A real DHCP client in a namespace of the lab that tells what it was given and changes nothing there.
#pragma once

#include <QMap>
#include <memory>

#include "lan_daemons.h"

namespace fos1::lab {

class DhcpClient {
   public:
    /// Over IPv4 udhcpc asks for a lease; over IPv6 dhclient asks for information alone. Both go on asking on link
    /// "v-cl", for the servers of time (options 42, 31 and 56) too.
    DhcpClient(const Lab& lab, const QString& ns, IpFamily family);

    /// The client's own names of what the last answer held, such as `ip`, `ntpsrv` (udhcpc) or `new_dhcp6_ntp_server`
    /// (dhclient: option 56 as bytes in hex); empty before.
    [[nodiscard]] QMap<QString, QString> options() const;

    [[nodiscard]] const Daemon& process() const { return *m_process; }

   private:
    QString m_told;
    std::unique_ptr<Daemon> m_process;
};

}  // namespace fos1::lab

// SPDX-License-Identifier: GPL-2.0-or-later
// A real DHCP client in a namespace of the lab. It records the options that it receives and changes nothing there.
#pragma once

#include <QMap>
#include <memory>

#include "lan_daemons.h"

namespace fos1::lab {

class DhcpClient {
   public:
    /// Over IPv4, udhcpc requests a lease; over IPv6, dhclient requests only information. Both keep requesting on link
    /// "v-cl", including the time servers (options 42, 31 and 56).
    DhcpClient(const Lab& lab, const QString& ns, IpFamily family);

    /// The values of the last answer under the client's own names, such as `ip`, `ntpsrv` (udhcpc) or
    /// `new_dhcp6_ntp_server` (dhclient: option 56 as bytes in hex). Empty before the first answer.
    [[nodiscard]] QMap<QString, QString> options() const;

    [[nodiscard]] const Daemon& process() const { return *m_process; }

   private:
    QString m_told;
    std::unique_ptr<Daemon> m_process;
};

}  // namespace fos1::lab

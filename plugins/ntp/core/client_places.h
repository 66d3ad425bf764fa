// SPDX-License-Identifier: GPL-2.0-or-later
// Where a client of this node is: in a VLAN, or on the node itself. Pure.
#pragma once

#include <algorithm>
#include <vector>

#include "core/client_aggregate.h"

namespace fos1::ntp {

/// The place of clients that are this node itself: programs on it, and the plugin, which asks every address of the node
/// as a client does. No VLAN has a name with a space.
inline const QString kThisNode = QStringLiteral("this node");

class ClientPlaces {
   public:
    /// `own`: the addresses of this node, in any order.
    explicit ClientPlaces(std::vector<IpAddress> own) : m_own(std::move(own)) { std::sort(m_own.begin(), m_own.end()); }

    /// The name of the longest prefix in `vlans` around the client, kThisNode, or kOtherClients.
    [[nodiscard]] const QString& of(const ClientRecord& client, const NamedPrefixes& vlans) const {
        static const IpPrefix kLoopback{*IpAddress::parse(QStringLiteral("127.0.0.0")), 8};
        const auto address = client.address.ip();
        if (!address) return kOtherClients;
        if (kLoopback.contains(*address) || std::binary_search(m_own.begin(), m_own.end(), *address)) return kThisNode;
        const QString* vlan = vlans.around(*address, address->bits());
        return vlan ? *vlan : kOtherClients;
    }

   private:
    std::vector<IpAddress> m_own;
};

}  // namespace fos1::ntp
